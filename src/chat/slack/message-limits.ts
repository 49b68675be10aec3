// Keeps a message within what Slack takes. Buttons stay, texts give way, and what is missing is said in its place.
import type { ActionsBlock, KnownBlock } from '@slack/types';
import { type Line, lengthOf, richText } from './rich-lines.ts';

/** A part of a message in the making. Lines can be shortened, blocks only left out, actions neither. */
export type Piece =
  | { readonly kind: 'lines'; readonly lines: readonly Line[]; readonly missing?: number }
  | { readonly kind: 'block'; readonly block: KnownBlock }
  | { readonly kind: 'actions'; readonly block: ActionsBlock };

/** Documented: docs.slack.dev/reference/block-kit/blocks. */
const MAX_BLOCKS = 50;
/** Not documented: beyond some 13,200 characters in all, Slack answers msg_blocks_too_long (slackapi/bolt-js#2509, #2867). */
const MAX_LENGTH = 12_000;

export function withinLimits(pieces: readonly Piece[]): { readonly blocks: KnownBlock[]; readonly warnings: string[] } {
  const warnings: string[] = [];
  let kept = fewer(
    pieces.filter((piece) => piece.kind !== 'lines' || lengthOf(piece.lines) > piece.lines.length),
    warnings,
  );
  while (size(kept) > MAX_LENGTH) {
    const shorter = shortenLongest(kept);
    if (shorter === null) break;
    if (warnings.at(-1) !== SHORTENED) warnings.push(SHORTENED);
    kept = shorter;
  }
  return { blocks: kept.map(toBlock), warnings };
}

const SHORTENED = `Texts were shortened: a message holds about ${MAX_LENGTH} characters.`;

function fewer(pieces: readonly Piece[], warnings: string[]): readonly Piece[] {
  if (pieces.length <= MAX_BLOCKS) return pieces;
  const actions = pieces.filter((piece) => piece.kind === 'actions').length;
  const room = MAX_BLOCKS - actions - 1;
  const others = pieces.filter((piece) => piece.kind !== 'actions');
  const missing = others.length - room;
  warnings.push(`${missing} parts were left out: a message has at most ${MAX_BLOCKS} blocks.`);
  // The head says what happened, the tail what to do: the middle goes.
  const head = new Set<Piece>(others.slice(0, room - Math.floor(room / 3)));
  const tail = new Set<Piece>(others.slice(others.length - Math.floor(room / 3)));
  const note: Piece = { kind: 'lines', lines: [[{ text: `… ${missing} more parts are not shown here`, italic: true }]] };
  const kept = pieces.filter((piece) => piece.kind === 'actions' || head.has(piece) || tail.has(piece));
  const cut = kept.findIndex((piece) => tail.has(piece));
  return [...kept.slice(0, cut), note, ...kept.slice(cut)];
}

function size(pieces: readonly Piece[]): number {
  return JSON.stringify(pieces.map(toBlock)).length;
}

function toBlock(piece: Piece): KnownBlock {
  if (piece.kind !== 'lines') return piece.block;
  const note: Line[] = piece.missing === undefined ? [] : [[{ text: `… ${piece.missing} more lines are not shown here`, italic: true }]];
  return richText([...piece.lines, ...note]);
}

/** Takes away the second half of the longest text; null when nothing is left to take. */
function shortenLongest(pieces: readonly Piece[]): readonly Piece[] | null {
  const lengths = pieces.map((piece) => (piece.kind === 'lines' ? lengthOf(piece.lines) : 0));
  const at = lengths.indexOf(Math.max(...lengths));
  const piece = pieces[at];
  if (piece?.kind !== 'lines' || lengthOf(piece.lines) < 200) return null;
  const { lines, missing = 0 } = piece;
  const keep = Math.ceil(lines.length / 2);
  if (lines.length > 1) return pieces.with(at, { kind: 'lines', lines: lines.slice(0, keep), missing: missing + lines.length - keep });
  return pieces.with(at, { ...piece, lines: lines.map(halve) });
}

const CUT = /… \((\d+) more characters\)$/;

function halve(line: Line): Line {
  const text = line.map((run) => run.text).join('');
  const own = text.replace(CUT, '');
  const kept = own
    .slice(0, Math.floor(own.length / 2))
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  const before = Number(CUT.exec(text)?.[1] ?? 0);
  return [{ text: `${kept}… (${before + own.length - kept.length} more characters)` }];
}
