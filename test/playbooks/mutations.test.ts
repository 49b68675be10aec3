// Whatever is done to a file, the loader answers with a playbook or with findings that point into the file.
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlaybookError } from '../../src/model/errors.ts';
import { parsePlaybook } from '../../src/playbooks/load.ts';
import { parseRules } from '../../src/rules/load.ts';
import { approval, DISABLE, NOTE } from './pieces.ts';
import { realCatalogue } from './real-catalogue.ts';
import { known, playbook } from './support.ts';

const DIR = new URL('../../playbooks/', import.meta.url);
const FILES = readdirSync(DIR)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(new URL(name, DIR), 'utf8'));
const TEXTS = [
  ...FILES,
  playbook(
    `${approval()}\n- parallel:\n  - { name: a, steps: [${NOTE}] }\n  - { name: b, steps: [{ wait: 5m }] }\n- if: decision.choice == "block"\n  steps:\n  - ${DISABLE}`,
  ),
  playbook(`- { id: t, when: "incident.number > 3", retry: { attempts: 2, delay: 5s }, timeout: 5s, on_error: continue, ${NOTE.slice(2)}`, {
    head: 'inputs: { n: { type: number, default: 4 }, s: { type: string, choices: [a, b] } }\ntime_limit: 2d\n',
  }),
];

const catalogue = await realCatalogue();

function load(text: string): void {
  parsePlaybook(text, 'test.yaml', { ...known, catalogue });
}

const INSERTED = [
  '\n',
  '  ',
  '- ',
  ': ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!!binary ',
  '? ',
  '| ',
  '> ',
  '---\n',
  '<<: ',
  '${{',
  '}}',
  '\t',
  '\0',
  '\u202e',
  '😀',
  'null',
  '1e9',
  '0x1',
  '~',
  'true',
  '__proto__: 1',
  'constructor',
  '%YAML 1.1\n',
  'x'.repeat(2_000),
  'incident.',
  '(',
  '.map(x, ',
];

interface Edit {
  readonly at: number;
  readonly cut: number;
  readonly insert: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(4_000),
  cut: fc.oneof(fc.constant(0), fc.nat(12)),
  insert: fc.oneof(fc.constant(''), fc.constantFrom(...INSERTED), fc.string({ maxLength: 5 })),
});

function apply(text: string, edits: readonly Edit[]): string {
  let changed = text;
  for (const { at, cut, insert } of edits) {
    const place = at % (changed.length + 1);
    changed = changed.slice(0, place) + insert + changed.slice(place + cut);
  }
  return changed;
}

/** Lines moved, doubled or indented: mistakes that stay YAML more often. */
function shuffle(text: string, from: number, { to, indent }: { readonly to: number; readonly indent: number }): string {
  const lines = text.split('\n');
  const line = lines[from % lines.length] ?? '';
  lines.splice(to % lines.length, 0, ' '.repeat(indent) + line);
  return lines.join('\n');
}

it('a mutated playbook loads or is refused with places in the file, and nothing else is thrown', () => {
  let loaded = 0;
  let refused = 0;
  const check = (text: string): void => {
    try {
      load(text);
      loaded += 1;
    } catch (error) {
      if (!(error instanceof PlaybookError)) throw error;
      refused += 1;
      const lines = text.split(/\r\n|\r|\n/).length;
      expect(error.problems.length).toBeGreaterThan(0);
      for (const { line, column, message } of error.problems) {
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
        expect(message).not.toBe('');
      }
    }
  };
  const text = fc.constantFrom(...TEXTS);
  fc.assert(
    fc.property(text, fc.array(edit, { minLength: 1, maxLength: 4 }), (given, edits) => check(apply(given, edits))),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(text, fc.nat(60), fc.record({ to: fc.nat(60), indent: fc.nat(6) }), (given, from, move) =>
      check(shuffle(given, from, move)),
    ),
    { numRuns: 150 },
  );
  expect(Math.min(loaded, refused)).toBeGreaterThan(10);
});

it('any JSON in any place of a playbook is refused with findings, and nothing else is thrown', () => {
  const keys = [
    'action',
    'with',
    'approval',
    'if',
    'steps',
    'else',
    'parallel',
    'for',
    'wait',
    'id',
    'when',
    'name',
    'choices',
    'ask',
    'expires',
    'after',
    'each',
    'as',
  ];
  const { step } = fc.letrec((tie) => ({
    step: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom('soc', 'chat.post', '5m', 'true', '${{ incident.title }}', '', 0, 1.5, null, true),
      fc.array(tie('step'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...keys), tie('step'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 3 }), (steps) => {
      try {
        load(JSON.stringify({ name: 'x', description: 'y', on: { incident: {} }, steps }));
      } catch (error) {
        if (!(error instanceof PlaybookError)) throw error;
      }
    }),
    { numRuns: 300 },
  );
});

it('a mutated file of rules is answered with rules and findings', () => {
  const [rules = ''] = FILES.filter((text) => text.includes('\nrules:'));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      const read = parseRules(apply(rules, edits), 'rules.yaml', { playbooks: new Map() });
      return read.rules.length === 0;
    }),
    { numRuns: 200 },
  );
});
