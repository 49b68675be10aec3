// Text as lines of styled runs: what Slack shows of it is never parsed (rich_text), so foreign words stay words.
import type { RichTextBlock, RichTextText } from '@slack/types';
import { z } from 'zod';

export interface Run {
  readonly text: string;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly strike?: boolean;
  readonly code?: boolean;
}
export type Line = readonly Run[];

const word = z
  .string()
  .optional()
  .transform((value) => value?.toLowerCase());

/** A TextRun or a bare string of a RichTextBlock; only what Slack can show is read. Names of styles may be in any case. */
export const Inline = z.union([
  z.string().transform((text) => ({
    text,
    weight: undefined,
    size: undefined,
    fontType: undefined,
    color: undefined,
    italic: false,
    strikethrough: false,
    isSubtle: false,
  })),
  z.object({
    type: z.literal('TextRun'),
    text: z.string(),
    weight: word,
    size: word,
    fontType: word,
    color: word,
    italic: z.boolean().default(false),
    strikethrough: z.boolean().default(false),
    isSubtle: z.boolean().default(false),
  }),
]);
export type Inline = z.infer<typeof Inline>;

export function toRun(inline: Inline): Run {
  return {
    text: inline.text,
    ...(inline.weight === 'bolder' && { bold: true }),
    ...(inline.italic && { italic: true }),
    ...(inline.strikethrough && { strike: true }),
    ...(inline.fontType === 'monospace' && { code: true }),
  };
}

export function richText(lines: readonly Line[]): RichTextBlock {
  const runs = lines.flatMap((line, index) => (index === 0 ? line : [{ text: '\n' }, ...line])).filter((run) => run.text !== '');
  const elements: RichTextText[] = [];
  for (const { text, ...style } of runs) {
    const last = elements.at(-1);
    if (last !== undefined && last.style === undefined && Object.keys(style).length === 0) last.text += text;
    else elements.push({ type: 'text', text, ...(Object.keys(style).length > 0 && { style }) });
  }
  return { type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] };
}

export function lengthOf(lines: readonly Line[]): number {
  return lines.reduce((sum, line) => sum + line.reduce((length, run) => length + run.text.length, 0) + 1, 0);
}
