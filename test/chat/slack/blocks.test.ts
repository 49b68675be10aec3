// Adaptive Cards into Block Kit: nothing dropped, nothing parsed, every limit kept.
import { existsSync, readFileSync } from 'node:fs';
import type { KnownBlock } from '@slack/types';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../../src/cards/render.ts';
import { toBlocks } from '../../../src/chat/slack/blocks.ts';
import { ChatError } from '../../../src/model/errors.ts';
import { everyView, HOSTILE, samples, templateDir } from '../../cards/views.ts';

const renderer = createRenderer({ templateDir });
const all = everyView.map(([name, view]) => [name, renderer.render(view).adaptive] as const);
const modest = all.filter(([name]) => !name.startsWith('hostile'));

/** Every value of a key in a tree, in the order shown. */
function valuesOf(tree: unknown, key: string): unknown[] {
  if (Array.isArray(tree)) return tree.flatMap((each) => valuesOf(each, key));
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([name, value]) => (name === key && typeof value === 'string' ? [value] : valuesOf(value, key)));
}

function card(body: readonly unknown[], actions: readonly unknown[] = []): Record<string, unknown> {
  return { type: 'AdaptiveCard', version: '1.5', fallbackText: 'x', body, actions };
}

function button(choice: string, title = choice): Record<string, unknown> {
  return { type: 'Action.Execute', title, verb: 'decide', data: { id: 'a1', choice } };
}

function lines(count: number, text: (n: number) => string): unknown[] {
  return Array.from({ length: count }, (_, n) => ({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: text(n) }] }));
}

const LIMITS: readonly (readonly [string, (block: KnownBlock) => readonly number[], number])[] = [
  ['header text', (block) => (block.type === 'header' ? [block.text.text.length] : []), 150],
  ['section text', (block) => (block.type === 'section' && block.text !== undefined ? [block.text.text.length] : []), 3000],
  ['fields', (block) => (block.type === 'section' && block.fields !== undefined ? [block.fields.length] : []), 10],
  ['context elements', (block) => (block.type === 'context' ? [block.elements.length] : []), 10],
  ['actions', (block) => (block.type === 'actions' ? [block.elements.length] : []), 25],
  ['label', (block) => valuesOf(block.type === 'actions' ? block : [], 'text').map((text) => String(text).length), 75],
  ['value', (block) => valuesOf(block, 'value').map((value) => String(value).length), 2000],
];

function expectWithinLimits(blocks: readonly KnownBlock[]): void {
  expect(blocks.length).toBeGreaterThan(0);
  expect(blocks.length).toBeLessThanOrEqual(50);
  expect(JSON.stringify(blocks).length).toBeLessThanOrEqual(12_000);
  for (const block of blocks) {
    for (const [what, lengths, limit] of LIMITS)
      for (const length of lengths(block)) expect({ what, ok: length <= limit }).toEqual({ what, ok: true });
  }
  for (const text of valuesOf(blocks, 'text')) expect(text).not.toBe('');
  const ids = valuesOf(blocks, 'action_id');
  expect(new Set(ids).size).toBe(ids.length);
}

describe('every card on Slack', () => {
  it.each(modest)('shows every text and every button: %s', (_, adaptive) => {
    const { blocks, warnings } = toBlocks(adaptive);
    const shown = valuesOf(blocks, 'text').join('');
    for (const text of valuesOf(adaptive.body, 'text')) expect(shown).toContain(text);
    expect(warnings).toEqual([]);
  });

  it.each(all)('keeps every button and the limits: %s', (_, adaptive) => {
    const { blocks } = toBlocks(adaptive);
    expectWithinLimits(blocks);
    const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    expect(buttons).toHaveLength(valuesOf(adaptive, 'title').length);
  });

  it('shows hostile texts where nothing is parsed, and nowhere else', () => {
    for (const [name, adaptive] of all.filter(([each]) => each.startsWith('hostile'))) {
      const { blocks, text } = toBlocks(adaptive);
      const parsed = JSON.stringify(blocks.filter((block) => block.type === 'section'));
      expect({ name, parsed }).toEqual({ name, parsed: expect.not.stringMatching(/evil|<!|javascript|onerror/) });
      expect(text).not.toMatch(/<|>/);
    }
    const shown = valuesOf(toBlocks(renderer.render({ ...samples.incident, description: HOSTILE[0] }).adaptive).blocks, 'text');
    expect(shown.join('')).toContain(HOSTILE[0]);
  });

  it('says the severity in a colour and in a word', () => {
    expect(JSON.stringify(toBlocks(renderer.render(samples.incident).adaptive).blocks[0])).toMatch(/🔴 .*High/);
  });
});

describe('buttons', () => {
  it('carry verb, id and choice, with an action id of their own each', () => {
    const { blocks } = toBlocks(renderer.render(samples.approval).adaptive);
    const [block, other] = blocks.at(-1)?.type === 'actions' ? valuesOf(blocks, 'value') : [];
    const { id } = samples.approval.buttons[0] ?? { id: '' };
    expect([block, other].map((value) => JSON.parse(String(value)))).toEqual([
      { verb: 'decide', id, choice: 'block' },
      { verb: 'decide', id, choice: 'ignore' },
    ]);
    expect(valuesOf(blocks, 'action_id')).toEqual(['picket:decide:0', 'picket:decide:1']);
    expect(valuesOf(blocks, 'style')).toEqual(['danger']);
  });

  it('are split over blocks of 25, and shortened labels are reported', () => {
    const many = Array.from({ length: 60 }, (_, n) => button(`c${n}`, n === 0 ? 'w'.repeat(80) : `Choice ${n}`));
    const { blocks, warnings } = toBlocks(
      card(
        lines(1, () => 'x'),
        many,
      ),
    );
    expectWithinLimits(blocks);
    expect(valuesOf(blocks, 'value')).toHaveLength(60);
    expect(warnings).toEqual([expect.stringContaining('shortened to 75')]);
  });

  it('have action ids of their own over all sets of a card', () => {
    const sets = [0, 1, 2].map((n) => ({ type: 'ActionSet', actions: [button(`c${n}`)] }));
    expect(valuesOf(toBlocks(card(sets, [button('last')])).blocks, 'action_id')).toEqual([0, 1, 2, 3].map((n) => `picket:decide:${n}`));
  });

  it('that cannot be shown whole are refused instead of lost', () => {
    expect(() => toBlocks(card([], [button('c'.repeat(2000))]))).toThrow(ChatError);
    expect(() => toBlocks(card([], [{ type: 'Action.ShowCard', title: 'More' }]))).toThrow(/cannot be a Slack button/);
    expect(() => toBlocks(card([], [{ type: 'Action.OpenUrl', title: 'x', url: 'javascript:alert(1)' }]))).toThrow(ChatError);
  });

  it('stay when there are too many blocks and too much text, and what is missing is said', () => {
    const containers = Array.from({ length: 80 }, (_, n) => ({ type: 'Container', items: lines(1, () => `part ${n}`) }));
    const { blocks, warnings } = toBlocks(
      card([...containers, { type: 'Container', items: lines(900, (n) => `line ${n} of many`) }], [button('block')]),
    );
    expectWithinLimits(blocks);
    expect(valuesOf(blocks, 'value')).toHaveLength(1);
    const shown = valuesOf(blocks, 'text').join('\n');
    expect(shown).toMatch(/part 0\n/);
    expect(shown).toMatch(/… 33 more parts are not shown here/);
    expect(shown).toMatch(/… \d+ more lines are not shown here/);
    expect(warnings).toHaveLength(2);
  });

  it('stay beside one text of 20 000 characters, which says how much of it is missing', () => {
    const { blocks } = toBlocks(
      card(
        lines(1, () => 'y'.repeat(20_000)),
        [button('block')],
      ),
    );
    expectWithinLimits(blocks);
    const shown = String(valuesOf(blocks, 'text')[0]);
    const kept = shown.indexOf('…');
    expect(shown).toContain(`… (${20_000 - kept} more characters)`);
  });
});

describe('elements that our templates do not use', () => {
  it('translates facts, escaped', () => {
    const { blocks } = toBlocks(
      card([{ type: 'FactSet', facts: Array.from({ length: 12 }, () => ({ title: 'A & B', value: '<!channel>' })) }]),
    );
    expectWithinLimits(blocks);
    expect(valuesOf(blocks, 'text')).toHaveLength(12);
    expect(valuesOf(blocks, 'text')[0]).toBe('*A &amp; B*\n&lt;!channel&gt;');
  });

  it('translates Markdown of text blocks, and escapes the rest', () => {
    const { blocks } = toBlocks(card([{ type: 'TextBlock', text: '**Read** [the guide](https://example.com/g) & <!here>' }]));
    expect(valuesOf(blocks, 'text')).toEqual(['*Read* <https://example.com/g|the guide> &amp; &lt;!here&gt;']);
  });

  it('leaves out empty runs, which Slack refuses', () => {
    const inlines = ['', { type: 'TextRun', text: '' }, { type: 'TextRun', text: 'kept', weight: 'bolder' }];
    expect(valuesOf(toBlocks(card([{ type: 'RichTextBlock', inlines }])).blocks, 'text')).toEqual(['kept']);
  });

  it('names what it leaves out', () => {
    const { warnings, blocks } = toBlocks(
      card([{ type: 'Image', url: 'https://example.com/x.png' }, { type: 'TextBlock' }, ...lines(1, () => 'kept')]),
    );
    expect(warnings).toEqual([expect.stringContaining('Image was left out'), expect.stringContaining('cannot be read')]);
    expect(valuesOf(blocks, 'text')).toEqual(['kept']);
  });

  it('shows columns with a button one after the other', () => {
    const column = { type: 'Column', items: [...lines(1, () => 'kept'), { type: 'ActionSet', actions: [button('block')] }] };
    const { blocks } = toBlocks(card([{ type: 'ColumnSet', columns: [column, { type: 'Column', items: lines(1, () => 'too') }] }]));
    expect(blocks.map((block) => block.type)).toEqual(['rich_text', 'actions', 'rich_text']);
  });
});

const published = new URL('../../../../shared/specs/schemas/slack/block-kit.generated.schema.json', import.meta.url);

describe.skipIf(!existsSync(published))('against the generated Block Kit schema (skipped when ../shared/specs is absent)', () => {
  it('every block is valid', () => {
    const validate = new Ajv({ strict: false, allErrors: false }).compile(JSON.parse(readFileSync(published, 'utf8')));
    for (const [name, adaptive] of all) {
      for (const block of toBlocks(adaptive).blocks) {
        expect({ name, block: block.type, valid: validate(block), errors: validate.errors?.slice(0, 2) }).toMatchObject({ valid: true });
      }
    }
  });
});
