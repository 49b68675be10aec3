// What people paste is wrapped by chat platforms and defanged by tools. This takes the wrapping off and nothing else.

// Zero-width characters, direction marks, soft hyphen, byte order mark: invisible, and never part of a name that is meant.
const INVISIBLE = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** The value inside chat markup, quotes and invisible marks. A link gives its target: its label may say something else. */
export function unwrapText(text: string): string {
  let value = text.replace(INVISIBLE, '').trim();
  for (;;) {
    const inner = unwrapOnce(value).trim();
    if (inner === value) return value;
    value = inner;
  }
}

function unwrapOnce(value: string): string {
  const slack = /^<((?:https?:|mailto:|tel:)[^|<>]*)(?:\|[^<>]*)?>$/i.exec(value);
  if (slack?.[1] !== undefined) return slack[1].replace(/^(?:mailto|tel):/i, '');
  const markdown = /^\[[^\][]*\]\(([^()\s]+)\)$/.exec(value);
  if (markdown?.[1] !== undefined) return markdown[1].replace(/^(?:mailto|tel):/i, '');
  const anchor = /^<a [^<>]*href="([^"]+)"[^<>]*>[^<>]*<\/a>$/i.exec(value);
  if (anchor?.[1] !== undefined) return anchor[1].replace(/^(?:mailto|tel):/i, '');
  const quoted = /^(?:`+(.+?)`+|"(.+)"|'(.+)'|“(.+)”|‘(.+)’|«(.+)»|<([^<>@#!][^<>]*)>)$/s.exec(value);
  return quoted?.slice(1).find((part) => part !== undefined) ?? value.replace(/^mailto:/i, '');
}

/** Undoes the usual ways to make an indicator unclickable: `hxxps[:]//evil[.]com`, `alice[at]contoso(dot)com`. */
export function refang(text: string): string {
  return text
    .replace(/\[:\/\/\]/g, '://')
    .replace(/\[:\]/g, ':')
    .replace(/\[\/\]/g, '/')
    .replace(/\\\./g, '.')
    .replace(/\s*[[({](?:\.|dot|punkt)[\])}]\s*/gi, '.')
    .replace(/\s*[[({](?:@|at)[\])}]\s*/gi, '@')
    .replace(/^h(?:xx|\*\*|tt)p(s?):\/\//i, 'http$1://')
    .replace(/^http(s?):\/\/\[([^\]:]+)\]/i, 'http$1://$2');
}

/** Shows what would otherwise hide: controls, direction marks and zero-width characters become U+FFFD. For values from outside that identify something. */
export function exposeHidden(text: string): string {
  return text.replace(INVISIBLE, '\ufffd').replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
