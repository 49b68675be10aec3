// From an Adaptive Card to Block Kit. Containers are flattened, their colour becomes a coloured dot before the first words;
// what cannot be shown is named in `warnings`, and buttons are never lost.
import type { ActionsBlock, KnownBlock } from '@slack/types';
import { z } from 'zod';
import { BUTTONS_PER_BLOCK, toActions } from './buttons.ts';
import { type Piece, withinLimits } from './message-limits.ts';
import { escapeMrkdwn, fromMarkdown, hasMarkdown } from './mrkdwn.ts';
import { Inline, type Line, type Run, toRun } from './rich-lines.ts';

export interface Translation {
  readonly blocks: KnownBlock[];
  /** For notifications; escaped as mrkdwn, made of the first 600 characters of the card's fallbackText. */
  readonly text: string;
  /** What Slack shows otherwise or not at all, a sentence each. */
  readonly warnings: string[];
}

/** Limits of docs.slack.dev/reference/block-kit/blocks: header 150, context and field 2000, section 3000, 10 fields. */
const HEADER = 150;
const CONTEXT = 2000;
const TEXT = 3000;
const FIELDS = 10;
const FALLBACK = 600;
const DOTS: Readonly<Record<string, string>> = { attention: '🔴 ', warning: '🟠 ', good: '🟢 ', accent: '🔵 ' };

const Typed = z.looseObject({ type: z.string(), separator: z.boolean().default(false) });
const Group = z.object({ items: z.array(z.unknown()).default([]), style: z.string().default('') });
const Columns = z.object({ columns: z.array(Group).default([]) });
const Rich = z.object({ inlines: z.array(Inline) });
const Text = z.object({
  text: z.string(),
  weight: z.string().default(''),
  size: z.string().default(''),
  isSubtle: z.boolean().default(false),
  style: z.string().default(''),
});
const Facts = z.object({ facts: z.array(z.object({ title: z.string(), value: z.string() })) });

/** Throws ChatError (`refused`) when a button cannot be shown. */
export function toBlocks(adaptive: Readonly<Record<string, unknown>>): Translation {
  const walk: Walk = { pieces: [], warnings: [], buttons: 0, dot: '' };
  for (const element of listOf(adaptive.body)) addElement(walk, element);
  addActions(walk, listOf(adaptive.actions));
  const { blocks, warnings } = withinLimits(walk.pieces);
  const fallback = typeof adaptive.fallbackText === 'string' ? adaptive.fallbackText : '';
  return { blocks, text: escapeMrkdwn(fallback.slice(0, FALLBACK)), warnings: [...walk.warnings, ...warnings] };
}

interface Walk {
  readonly pieces: Piece[];
  readonly warnings: string[];
  buttons: number;
  /** Colour of the container that was just entered, put before its first words. */
  dot: string;
}

function addElement(walk: Walk, given: unknown): void {
  const element = read(walk, Typed, given);
  if (element === null) return;
  if (element.separator && walk.pieces.length > 0) walk.pieces.push({ kind: 'block', block: { type: 'divider' } });
  switch (element.type) {
    case 'Container':
      addContainer(walk, element);
      break;
    case 'ColumnSet':
      addColumns(walk, element);
      break;
    case 'RichTextBlock':
      addRichText(walk, element);
      break;
    case 'TextBlock':
      addTextBlock(walk, element);
      break;
    case 'FactSet':
      addFacts(walk, element);
      break;
    case 'ActionSet':
      addActions(walk, listOf(element.actions));
      break;
    default:
      walk.warnings.push(`${element.type} was left out: Slack has nothing like it.`);
  }
}

function addContainer(walk: Walk, element: unknown): void {
  const container = read(walk, Group, element);
  if (container === null) return;
  walk.dot = DOTS[container.style] ?? walk.dot;
  // A part of its own: its lines do not run on from those before.
  walk.pieces.push({ kind: 'lines', lines: [] });
  for (const item of container.items) addElement(walk, item);
  walk.dot = '';
}

/** Columns of text alone become one line each row: `name  value`. With anything else in them they are shown one after the other. */
function addColumns(walk: Walk, element: unknown): void {
  const set = read(walk, Columns, element);
  if (set === null) return;
  const columns = set.columns.map((column) => linesOf(column.items));
  if (columns.some((lines) => lines === null)) {
    for (const item of set.columns.flatMap((column) => column.items)) addElement(walk, item);
    return;
  }
  const texts = columns.flatMap((lines) => (lines === null || lines.length === 0 ? [] : [lines]));
  const first = texts.flatMap((lines, index) => [...(index === 0 ? [] : [{ text: '  ' }]), ...(lines[0] ?? [])]);
  const rest = texts.flatMap((lines, index) => lines.slice(1).map((line): Line => (index === 0 ? line : [{ text: '\u2003' }, ...line])));
  addLines(walk, [first, ...rest]);
}

function linesOf(items: readonly unknown[]): readonly Line[] | null {
  const inner: Walk = { pieces: [], warnings: [], buttons: 0, dot: '' };
  for (const item of items) addElement(inner, item);
  const lines = inner.pieces.flatMap((piece) => (piece.kind === 'lines' ? piece.lines : []));
  return inner.warnings.length === 0 && inner.pieces.every((piece) => piece.kind === 'lines') ? lines : null;
}

function addRichText(walk: Walk, element: unknown): void {
  const rich = read(walk, Rich, element);
  if (rich === null) return;
  const { inlines } = rich;
  const text = inlines.map((inline) => inline.text).join('');
  if (inlines.every((inline) => inline.weight === 'bolder' && isLarge(inline.size)) && addHeader(walk, text)) return;
  if (inlines.every((inline) => inline.isSubtle && inline.size === 'small') && addContext(walk, text)) return;
  // The colour of a word becomes a dot before it, unless its container has one already.
  const dotted = walk.dot === '';
  addLines(walk, [inlines.flatMap((inline) => [...(dotted ? dotOf(inline.color) : []), toRun(inline)])]);
}

/** Our own words: Markdown in them means something, so they go where mrkdwn is read. */
function addTextBlock(walk: Walk, element: unknown): void {
  const block = read(walk, Text, element);
  if (block === null) return;
  const { text, weight, size, style } = block;
  const bold = weight.toLowerCase() === 'bolder' || style === 'heading';
  const plain = !hasMarkdown(text);
  if (plain && bold && isLarge(size.toLowerCase()) && addHeader(walk, text)) return;
  if (plain && block.isSubtle && addContext(walk, text)) return;
  const mrkdwn = `${takeDot(walk)}${plain && bold && !text.includes('\n') ? `*${escapeMrkdwn(text)}*` : fromMarkdown(text)}`;
  if (text.trim() === '') return;
  if (mrkdwn.length > TEXT) addLines(walk, [[{ text }]]);
  else walk.pieces.push({ kind: 'block', block: { type: 'section', text: { type: 'mrkdwn', text: mrkdwn, verbatim: true } } });
}

function addFacts(walk: Walk, element: unknown): void {
  const set = read(walk, Facts, element);
  if (set === null) return;
  const { facts } = set;
  const texts = facts.map((fact) => `*${escapeMrkdwn(fact.title)}*\n${escapeMrkdwn(fact.value)}`);
  if (texts.some((text) => text.length > CONTEXT)) {
    for (const fact of facts) addLines(walk, [[{ text: fact.title, bold: true }, { text: `  ${fact.value}` }]]);
    return;
  }
  for (let at = 0; at < texts.length; at += FIELDS) {
    const fields = texts.slice(at, at + FIELDS).map((text) => ({ type: 'mrkdwn' as const, text, verbatim: true }));
    walk.pieces.push({ kind: 'block', block: { type: 'section', fields } });
  }
}

function addActions(walk: Walk, actions: readonly unknown[]): void {
  const { blocks, warnings, count } = toActions(actions, walk.buttons);
  walk.buttons += count;
  walk.warnings.push(...warnings);
  for (const block of blocks) addActionsBlock(walk, block);
}

/** Slack wraps buttons by itself: what other hosts need in several sets is one block here. */
function addActionsBlock(walk: Walk, block: ActionsBlock): void {
  const last = walk.pieces.at(-1);
  const elements = last?.kind === 'actions' ? [...last.block.elements, ...block.elements] : [];
  if (elements.length === 0 || elements.length > BUTTONS_PER_BLOCK) walk.pieces.push({ kind: 'actions', block });
  else walk.pieces[walk.pieces.length - 1] = { kind: 'actions', block: { ...block, elements } };
}

function addLines(walk: Walk, lines: readonly Line[]): void {
  const [first = [], ...rest] = lines;
  const dot = takeDot(walk);
  const added: readonly Line[] = [dot === '' ? first : [{ text: dot }, ...first], ...rest];
  const last = walk.pieces.at(-1);
  if (last?.kind === 'lines') walk.pieces[walk.pieces.length - 1] = { kind: 'lines', lines: [...last.lines, ...added] };
  else walk.pieces.push({ kind: 'lines', lines: added });
}

/** Headers and context are plain text: no mrkdwn, no emoji names. False when the text is too long for one. */
function addHeader(walk: Walk, text: string): boolean {
  if (text.trim() === '' || walk.dot.length + text.length > HEADER) return false;
  walk.pieces.push({
    kind: 'block',
    block: { type: 'header', text: { type: 'plain_text', text: `${takeDot(walk)}${text}`, emoji: false } },
  });
  return true;
}

function addContext(walk: Walk, text: string): boolean {
  if (text.trim() === '' || text.length > CONTEXT - 2) return false;
  walk.pieces.push({
    kind: 'block',
    block: { type: 'context', elements: [{ type: 'plain_text', text: `${takeDot(walk)}${text}`, emoji: false }] },
  });
  return true;
}

function takeDot(walk: Walk): string {
  const { dot } = walk;
  walk.dot = '';
  return dot;
}

function dotOf(color: string | undefined): readonly Run[] {
  const dot = DOTS[color ?? ''];
  return dot === undefined ? [] : [{ text: dot }];
}

function isLarge(size: string | undefined): boolean {
  return size === 'large' || size === 'extralarge';
}

/** null, and a warning, when the element is not what its type says. */
function read<T>(walk: Walk, schema: z.ZodType<T>, element: unknown): T | null {
  const parsed = schema.safeParse(element);
  if (parsed.success) return parsed.data;
  walk.warnings.push(`An element was left out because it cannot be read: ${z.prettifyError(parsed.error)}`);
  return null;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
