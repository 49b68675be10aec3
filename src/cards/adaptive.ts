// The part of Adaptive Cards 1.5 that Picket's cards are made of, as a schema: what is not in here is refused before it is sent.
// The published schema refuses more than Teams does and takes long to read errors of; tests check the samples against it as well.
import { z } from 'zod';

const spacing = z.enum(['None', 'Small', 'Default', 'Medium', 'Large', 'ExtraLarge', 'Padding']).optional();
const weight = z.enum(['Lighter', 'Default', 'Bolder']).optional();
const size = z.enum(['Small', 'Default', 'Medium', 'Large', 'ExtraLarge']).optional();
const color = z.enum(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention']).optional();
const containerStyle = z.enum(['default', 'emphasis', 'good', 'attention', 'warning', 'accent']).optional();
const element = { id: z.string().optional(), spacing, separator: z.boolean().optional() };
const textStyle = { weight, size, color, isSubtle: z.boolean().optional(), fontType: z.enum(['Default', 'Monospace']).optional() };

export const TextRun = z.strictObject({
  type: z.literal('TextRun'),
  text: z.string().min(1),
  ...textStyle,
  italic: z.boolean().optional(),
  strikethrough: z.boolean().optional(),
});
export type TextRun = z.infer<typeof TextRun>;

/** Text that is shown as it is: no Markdown is read in it. */
export const RichTextBlock = z.strictObject({ type: z.literal('RichTextBlock'), ...element, inlines: z.array(TextRun).min(1) });

/** Our own words only: hosts read Markdown in it. */
export const TextBlock = z.strictObject({
  type: z.literal('TextBlock'),
  ...element,
  ...textStyle,
  text: z.string().min(1),
  wrap: z.boolean().optional(),
  style: z.enum(['default', 'heading']).optional(),
});

/** Our own words only: hosts read Markdown in it. */
export const FactSet = z.strictObject({
  type: z.literal('FactSet'),
  ...element,
  facts: z.array(z.strictObject({ title: z.string(), value: z.string() })).min(1),
});

export const Image = z.strictObject({ type: z.literal('Image'), ...element, url: z.string(), altText: z.string().optional() });

const Execute = z.strictObject({
  type: z.literal('Action.Execute'),
  title: z.string().min(1),
  tooltip: z.string().optional(),
  style: z.enum(['default', 'positive', 'destructive']).optional(),
  verb: z.enum(['decide', 'runlog', 'cancel']),
  data: z.strictObject({ id: z.string().min(1), choice: z.string() }),
});

const OpenUrl = z.strictObject({
  type: z.literal('Action.OpenUrl'),
  title: z.string().min(1),
  tooltip: z.string().optional(),
  url: z.url({ protocol: /^https?$/ }),
});

export const Action = z.discriminatedUnion('type', [Execute, OpenUrl]);
export type Action = z.infer<typeof Action>;

/** Teams shows at most six actions of one set and drops the rest (microsoft/AdaptiveCards samples/HostConfig, maxActions). */
export const ActionSet = z.strictObject({ type: z.literal('ActionSet'), ...element, actions: z.array(Action).min(1).max(6) });

type Leaf =
  | z.infer<typeof RichTextBlock>
  | z.infer<typeof TextBlock>
  | z.infer<typeof FactSet>
  | z.infer<typeof Image>
  | z.infer<typeof ActionSet>;
export type Element = Leaf | ColumnSet | Container;
/** Elements hold elements, so their type is said before the schemas can be. */
const Nested: z.ZodType<Element> = z.lazy(() => Element);

export const Column = z.strictObject({ type: z.literal('Column'), ...element, width: z.string(), items: z.array(Nested) });
export type Column = z.infer<typeof Column>;

export const ColumnSet = z.strictObject({ type: z.literal('ColumnSet'), ...element, columns: z.array(Column).min(1) });
export interface ColumnSet extends z.infer<typeof ColumnSet> {}

export const Container = z.strictObject({
  type: z.literal('Container'),
  ...element,
  style: containerStyle,
  bleed: z.boolean().optional(),
  items: z.array(Nested).min(1),
});
export interface Container extends z.infer<typeof Container> {}

export const Element = z.discriminatedUnion('type', [RichTextBlock, TextBlock, FactSet, Image, ActionSet, ColumnSet, Container]);

export const AdaptiveCard = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal('AdaptiveCard'),
  version: z.literal('1.5'),
  lang: z.string().optional(),
  fallbackText: z.string().min(1),
  speak: z.string().optional(),
  msteams: z.strictObject({ width: z.literal('Full') }).optional(),
  body: z.array(Element).min(1),
  actions: z.array(Action).max(6).optional(),
});
export type AdaptiveCard = z.infer<typeof AdaptiveCard>;
