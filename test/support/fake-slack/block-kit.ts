// What Slack refuses in blocks, checked by hand from the limits in docs.slack.dev/reference/block-kit, and by the published types' schema
// where ../shared/specs stands beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

type Json = Readonly<Record<string, unknown>>;

const BLOCKS: Readonly<Record<string, (block: Json) => string[]>> = {
  header: (block) => text(block.text, { max: 150, types: ['plain_text'], at: 'header.text' }),
  section: (block) => [
    ...(block.text === undefined && block.fields === undefined ? ['section needs text or fields'] : []),
    ...(block.text === undefined ? [] : text(block.text, { max: 3000, at: 'section.text' })),
    ...list(block.fields, { min: 1, max: 10, at: 'section.fields' }).flatMap((field) =>
      problemsOr(field, () => text(field, { max: 2000, at: 'section.fields' })),
    ),
    ...(isJson(block.accessory) ? element(block.accessory) : []),
  ],
  actions: (block) => list(block.elements, { min: 1, max: 25, at: 'actions.elements' }).flatMap((one) => problemsOr(one, element)),
  context: (block) =>
    list(block.elements, { min: 1, max: 10, at: 'context.elements' }).flatMap((one) =>
      problemsOr(one, (item) => (item.type === 'image' ? image(item) : text(item, { max: 2000, at: 'context.elements' }))),
    ),
  divider: () => [],
  image: (block) => image(block),
  rich_text: (block) => list(block.elements, { min: 1, max: 200, at: 'rich_text.elements' }).filter((one) => typeof one === 'string'),
  markdown: (block) => length(block.text, 12_000, 'markdown.text'),
  table: (block) => list(block.rows, { min: 1, max: 100, at: 'table.rows' }).filter((one) => typeof one === 'string'),
};

const ELEMENTS: Readonly<Record<string, (item: Json) => string[]>> = {
  button: (item) => [
    ...text(item.text, { max: 75, types: ['plain_text'], at: 'button.text' }),
    ...(item.value === undefined ? [] : length(item.value, 2000, 'button.value')),
    ...(item.url === undefined ? [] : length(item.url, 3000, 'button.url')),
    ...(item.style === undefined || item.style === 'primary' || item.style === 'danger' ? [] : ['button.style is primary or danger']),
  ],
  overflow: (item) => options(item, 5),
  static_select: (item) => options(item, 100),
  image,
};

/** Everything Slack would refuse, empty when the blocks are fine. */
export function blockProblems(blocks: unknown): string[] {
  if (!Array.isArray(blocks)) return ['blocks is not a list'];
  const problems = blocks.length > 50 ? [`no more than 50 items allowed: ${blocks.length}`] : [];
  for (const block of blocks) problems.push(...problemsOr(block, blockProblem));
  problems.push(
    ...repeated(
      blocks.filter(isJson).map((block) => block.block_id),
      'block_id',
    ),
  );
  for (const block of blocks.filter(isJson)) {
    problems.push(
      ...repeated(
        list(block.elements, { min: 0, max: 1000, at: '' }).map((one) => (isJson(one) ? one.action_id : undefined)),
        'action_id',
      ),
    );
  }
  return problems;
}

function blockProblem(block: Json): string[] {
  const check = BLOCKS[String(block.type)];
  if (check === undefined) return [`unsupported block type ${String(block.type)}`];
  const id = block.block_id === undefined ? [] : length(block.block_id, 255, 'block_id');
  const bySchema = publishedSchema();
  const schema = bySchema === null || bySchema(block) ? [] : [`schema: ${JSON.stringify(bySchema.errors?.slice(0, 2))}`];
  return [...id, ...check(block), ...schema];
}

function element(item: Json): string[] {
  const check = ELEMENTS[String(item.type)];
  if (check === undefined) return [`unsupported element ${String(item.type)}`];
  return [...(item.action_id === undefined ? [] : length(item.action_id, 255, 'action_id')), ...check(item)];
}

function options(item: Json, max: number): string[] {
  return list(item.options, { min: 1, max, at: 'options' }).flatMap((one) =>
    problemsOr(one, (option) => [...text(option.text, { max: 75, at: 'option.text' }), ...length(option.value, 150, 'option.value')]),
  );
}

function image(item: Json): string[] {
  const url = item.image_url;
  return [
    ...length(item.alt_text, 2000, 'image.alt_text'),
    ...(typeof url === 'string' && /^https?:\/\//.test(url) && url.length <= 3000
      ? []
      : ['image.image_url must be an http(s) URL of at most 3000 characters']),
  ];
}

function text(value: unknown, rule: { max: number; types?: readonly string[]; at: string }): string[] {
  if (!isJson(value)) return [`${rule.at} is not a text object`];
  const types = rule.types ?? ['plain_text', 'mrkdwn'];
  return [
    ...(types.includes(String(value.type)) ? [] : [`${rule.at} must be ${types.join(' or ')}`]),
    ...length(value.text, rule.max, rule.at),
  ];
}

function length(value: unknown, max: number, at: string): string[] {
  if (typeof value !== 'string' || value.length === 0) return [`${at} must be a text that is not empty`];
  return value.length > max ? [`${at} must be at most ${max} characters: ${value.length}`] : [];
}

/** The items of a list; one problem as a string when it is not a list of that size. */
function list(value: unknown, rule: { min: number; max: number; at: string }): unknown[] {
  if (value === undefined && rule.at === 'section.fields') return [];
  if (!Array.isArray(value)) return rule.at === '' ? [] : [`${rule.at} is not a list`];
  if (value.length < rule.min || value.length > rule.max)
    return [`${rule.at} has ${value.length} items, allowed are ${rule.min} to ${rule.max}`];
  return value;
}

function problemsOr(item: unknown, check: (item: Json) => string[]): string[] {
  if (typeof item === 'string') return [item];
  return isJson(item) ? check(item) : ['not an object'];
}

function repeated(ids: readonly unknown[], name: string): string[] {
  const given = ids.filter((id) => typeof id === 'string');
  return new Set(given).size === given.length ? [] : [`${name} is used twice`];
}

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

let compiled: ValidateFunction | null | undefined;

function publishedSchema(): ValidateFunction | null {
  if (compiled !== undefined) return compiled;
  const file = new URL('../../../../shared/specs/schemas/slack/block-kit.generated.schema.json', import.meta.url);
  compiled = existsSync(file) ? new Ajv({ strict: false, allErrors: false }).compile(JSON.parse(readFileSync(file, 'utf8'))) : null;
  return compiled;
}
