// Makes foreign text safe to show: nothing invisible, nothing that reorders or piles up, and a length that says when it was cut.
// What a format itself reads (Markdown, mrkdwn, HTML) is not our business here: templates and translators see to that.

// Unicode 17: bidirectional marks, embeddings and isolates (UAX 9), zero-width and filler characters, tags, annotations, and the
// private-use character that stands for `$` while a template is expanded.
const INVISIBLE =
  /\u034F|[\u00AD\u061C\u115F\u1160\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF0-\uFFFB\uE000\u{E0000}-\u{E007F}]/gu;
const CONTROL = /\p{Cc}/gu;
const LINE_END = /\r\n?|[\u0085\u2028\u2029\v\f]/g;
const PILE = /(\p{M}{3})\p{M}+/gu;

/** One line of text: line ends and tabs become spaces. */
export function cleanLine(text: string, maxLength: number): string {
  return shorten(clean(text).replace(/\s+/gu, ' ').trim(), maxLength);
}

/** Several lines: indentation is kept, three or more line ends become two. */
export function cleanText(text: string, maxLength: number): string {
  return shorten(
    clean(text)
      .replace(/[^\S\n]+$/gmu, '')
      .replace(/\n{3,}/g, '\n\n')
      .trim(),
    maxLength,
  );
}

function clean(text: string): string {
  return text
    .toWellFormed()
    .replace(LINE_END, '\n')
    .replaceAll('\t', ' ')
    .replace(CONTROL, (character) => (character === '\n' ? '\n' : ''))
    .replace(INVISIBLE, '')
    .replace(PILE, '$1');
}

/** Text of at most `maxLength` UTF-16 units; what was cut is counted in its end: `… (1234 more characters)`. */
export function shorten(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const room = Math.max(1, maxLength - `… (${text.length} more characters)`.length);
  const kept = text
    .slice(0, room)
    .toWellFormed()
    .replace(/\uFFFD$/, '')
    .trimEnd();
  return `${kept}… (${text.length - kept.length} more characters)`;
}
