// Views into Adaptive Cards: complete, valid, small enough, hostile text as text.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRenderer, MAX_CARD_BYTES } from '../../src/cards/render.ts';
import { ConfigError } from '../../src/model/errors.ts';
import type { View } from '../../src/model/views.ts';
import { decided, everyView, HOSTILE, samples, templateDir } from './views.ts';

const renderer = createRenderer({ templateDir });

function adaptive(view: View): string {
  return JSON.stringify(renderer.render(view).adaptive);
}

/** Every string of a card that a host reads Markdown in. */
function markdownTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(markdownTexts);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && (value.type === 'TextBlock' || value.type === 'FactSet') ? [JSON.stringify(value)] : [];
  return [...own, ...Object.values(value).flatMap(markdownTexts)];
}

function find(value: unknown, type: string): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap((each) => find(each, type));
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === type ? [{ ...value }] : [];
  return [...own, ...Object.values(value).flatMap((each) => find(each, type))];
}

describe('a rendered card', () => {
  it.each(everyView)('is valid, small enough, and has nothing left to expand: %s', (_, view) => {
    const card = renderer.render(view);
    expect(Buffer.byteLength(JSON.stringify(card.adaptive))).toBeLessThanOrEqual(MAX_CARD_BYTES);
    expect(card.text.length).toBeGreaterThan(0);
    expect(card.text.length).toBeLessThanOrEqual(2500);
  });

  it('shows every text of its view', () => {
    const { adaptive: card } = renderer.render(samples.incident);
    const shown = JSON.stringify(find(card, 'TextRun'));
    const { title, severity, status, number, facts, entities, runs, decisions } = samples.incident;
    const values = [...facts, ...entities, ...runs, ...decisions].flatMap((fact) => [fact.name, ...fact.value.split('\n')]);
    for (const text of [title, severity, status, number, ...values]) expect(shown).toContain(text);
  });

  it('carries verb, id and choice on a button and nothing else', () => {
    const buttons = find(renderer.render(samples.approval).adaptive, 'Action.Execute');
    const { id } = samples.approval.buttons[0] ?? { id: '' };
    expect(buttons.map(({ title, style, verb, data }) => ({ title, style, verb, data }))).toEqual([
      { title: 'Block', style: 'destructive', verb: 'decide', data: { id, choice: 'block' } },
      { title: 'Ignore', style: 'default', verb: 'decide', data: { id, choice: 'ignore' } },
    ]);
  });

  it('has no buttons after the decision, and keeps outcome, person and evidence', () => {
    const card = adaptive(decided);
    expect(card).not.toContain('Action.');
    for (const text of ['Blocked by Carol Ortiz in Slack at 03:12 UTC', 'alice@contoso.com', '203.0.113.50', 'Disable the account'])
      expect(card).toContain(text);
  });

  it('never drops a button: what does not fit one line of six stands in the next', () => {
    const [first] = samples.approval.buttons;
    if (first === undefined) throw new Error('the sample has no button');
    const buttons = Array.from({ length: 11 }, (_, n) => ({ ...first, label: n < 7 ? `${n}` : `Choice ${n}`, choice: `c${n}` }));
    const sets = find(renderer.render({ ...samples.approval, buttons }).adaptive, 'ActionSet');
    expect(sets.map((set) => find(set.actions, 'Action.Execute').length)).toEqual([6, 3, 2]);
  });

  it('puts no text of a view where Markdown is read', () => {
    for (const [, view] of everyView) {
      const read = markdownTexts(renderer.render(view).adaptive).join('\n');
      expect(read).not.toMatch(/evil|javascript|alice|\*\*bold|\$\{/);
    }
  });

  it('shows an expression in foreign text as it was written', () => {
    expect(adaptive({ ...samples.incident, title: '${$root.severity} costs $5' })).toContain('${$root.severity} costs $5');
  });

  it('removes direction marks, zero-width and control characters', () => {
    expect(adaptive({ ...samples.incident, title: HOSTILE[4] })).toContain('usergnp.exe admin [31m');
  });

  it('opens https links alone, and says so when one was left out', () => {
    expect(find(renderer.render(samples.incident).adaptive, 'Action.OpenUrl')).toHaveLength(1);
    const refused = renderer.render({ ...samples.incident, url: 'javascript:alert(1)' }).adaptive;
    expect(find(refused, 'Action.OpenUrl')).toHaveLength(0);
    expect(JSON.stringify(refused)).toContain('left out: no https address');
    expect(find(renderer.render({ ...samples.notice, url: 'http://127.0.0.1:3978/runs/17' }).adaptive, 'Action.OpenUrl')).toHaveLength(1);
  });

  it('says how much a long list and a long text were shortened', () => {
    const entities = Array.from({ length: 500 }, (_, n) => ({ name: 'IP', value: `198.51.100.${n}` }));
    const card = adaptive({ ...samples.incident, entities, description: 'y'.repeat(20_000) });
    expect(card).toMatch(/\d+ more are not shown here/);
    expect(card).toMatch(/y… \(\d+ more characters\)/);
  });

  it('is sent smaller when everything in it is long, without losing a button or the title', () => {
    const long = Array.from({ length: 200 }, (_, n) => ({ name: `Name ${n}`, value: '東'.repeat(2000) }));
    const view = { ...samples.incident, facts: long, entities: long, runs: long, decisions: long, description: '京'.repeat(5000) };
    const card = adaptive(view);
    expect(Buffer.byteLength(card)).toBeLessThanOrEqual(MAX_CARD_BYTES);
    for (const text of [samples.incident.title, 'Log of run 17', 'Open in portal.example.net', 'more are not shown here'])
      expect(card).toContain(text);
  });

  it('stays valid and small for any texts', () => {
    const fact = fc.record({ name: fc.string({ unit: 'binary' }), value: fc.string({ unit: 'binary', maxLength: 3000 }) });
    const facts = fc.array(fact, { maxLength: 60 });
    const any = fc.string({ unit: 'binary', maxLength: 3000 });
    fc.assert(
      fc.property(any, facts, facts, (text, some, others) => {
        const view = { ...samples.incident, title: text, description: text, facts: some, entities: others, runs: some, decisions: others };
        expect(Buffer.byteLength(adaptive(view))).toBeLessThanOrEqual(MAX_CARD_BYTES);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a broken template', () => {
  it.each([
    [
      'names a field that the model lacks',
      '{"type":"AdaptiveCard","version":"1.5","fallbackText":"x","body":[{"type":"TextBlock","text":"${nope}"}]}',
      /expands badly: \$\{nope\}/,
    ],
    [
      'makes an unknown element',
      '{"type":"AdaptiveCard","version":"1.5","fallbackText":"x","body":[{"type":"TextBlok","text":"x"}]}',
      /not valid at body.0/,
    ],
    [
      'warns',
      '{"type":"AdaptiveCard","version":"1.5","fallbackText":"x","body":[{"type":"TextBlock","$when":"${nope}","text":"x"}]}',
      /expands badly: WARN/,
    ],
  ])('is refused when it %s', async (_, text, message) => {
    const dir = mkdtempSync(join(tmpdir(), 'picket-cards-'));
    await cp(templateDir, dir, { recursive: true });
    writeFileSync(join(dir, 'run.json'), text);
    expect(() => createRenderer({ templateDir: dir }).render(samples.run)).toThrow(message);
    rmSync(dir, { recursive: true });
  });

  it('that is missing is named', () => {
    expect(() => createRenderer({ templateDir: '/nonexistent' })).toThrow(ConfigError);
  });
});

const published = new URL('../../../shared/specs/schemas/adaptive-cards/adaptive-card-1.5.0.schema.json', import.meta.url);

describe.skipIf(!existsSync(published))('against the published schema (skipped when ../shared/specs is absent)', () => {
  it('every card is valid', () => {
    const { id: _, ...schema } = JSON.parse(readFileSync(published, 'utf8'));
    const ajv = new Ajv({ strict: false, logger: false });
    ajv.addMetaSchema(
      JSON.parse(readFileSync(new URL('../../node_modules/ajv/dist/refs/json-schema-draft-06.json', import.meta.url), 'utf8')),
    );
    const validate = ajv.compile(schema);
    for (const [name, view] of everyView) {
      const { msteams, ...card } = renderer.render(view).adaptive;
      expect(msteams).toEqual({ width: 'Full' });
      expect({ name, valid: validate(card), errors: validate.errors?.slice(-3) }).toMatchObject({ valid: true });
    }
  });
});
