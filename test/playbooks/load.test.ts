// What the loader refuses, and how it says so: line, message, hint.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPlaybooks } from '../../src/playbooks/load.ts';
import { ACCEPTED } from './accepted.ts';
import { NOTE } from './pieces.ts';
import { REFUSED } from './refused.ts';
import { known, load, playbook, problemsOf } from './support.ts';

describe('the loader refuses', () => {
  it.each(REFUSED)('%s', (_name, text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  it('everything at once, in the order of the file', () => {
    expect(
      problemsOf(playbook('- { action: no.such }\n- { wait: soon, x: 1 }', { head: 'time_limit: long\n' })).map((problem) =>
        problem.slice(0, 30),
      ),
    ).toEqual([
      '5: unknown action no.such (the',
      '6: soon is not a duration (wri',
      '6: unknown field x (there is i',
      '8: time_limit is not a duratio',
    ]);
  });

  it('what is nested too deep or too long', () => {
    const deep = Array.from({ length: 9 }).reduce<string>((inner) => `{ if: true, steps: [${inner}] }`, '{ wait: 5m }');
    expect(problemsOf(playbook(`- ${deep}`))).toEqual([
      '5: steps are nested deeper than 8 levels (make it flatter, or make two playbooks of it)',
    ]);
    expect(problemsOf(playbook('- { wait: 5m }\n'.repeat(201).trim()))).toEqual([
      '205: there are more than 200 steps (make two playbooks of it)',
    ]);
  });

  it('an alias bomb and thousandfold nesting without using memory or the stack', () => {
    const bomb = [
      'a: &a [x, x]',
      ...Array.from({ length: 30 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]`),
    ].join('\n');
    expect(problemsOf(bomb)).toEqual(['1: YAML anchors are not allowed (write the value out where it is needed)']);
    expect(problemsOf('['.repeat(100_000))[0]).toMatch(/^1: YAML: /);
    expect(problemsOf(`x: ${'a'.repeat(300_000)}`)).toEqual(['1: the file is larger than 256 KB (split it)']);
  });
});

describe('the loader accepts', () => {
  it.each(ACCEPTED)('%s', (_name, steps) => {
    expect(problemsOf(playbook(steps, { head: 'inputs: { pause: { type: duration, default: 5m } }\n' }))).toEqual([]);
  });

  it('fills in retries, time limits and ids by position', () => {
    const loaded = load(
      playbook(`- ${NOTE}\n- if: true\n  steps:\n  - ${NOTE}\n  else:\n  - { id: step1, ${NOTE.slice(2)}`, { head: 'time_limit: 2d\n' }),
    );
    expect(loaded).toMatchObject({
      name: 'test-playbook',
      timeLimitMs: 172_800_000,
      permissions: { run: ['analyst'], approve: ['admin'] },
      hash: /^[0-9a-f]{64}$/.exec(loaded.hash)?.[0],
      steps: [
        { id: 'step1_', line: 5, retry: { attempts: 3, delayMs: 2_000, factor: 2, maxDelayMs: 60_000 }, timeoutMs: 60_000 },
        { id: 'step2' },
      ],
    });
  });
});

describe('a folder of playbooks', () => {
  it('gives the good ones, and every problem of the others', () => {
    const dir = mkdtempSync(join(tmpdir(), 'playbooks-'));
    try {
      writeFileSync(join(dir, 'a.yaml'), playbook('- { wait: 5m }'));
      writeFileSync(join(dir, 'b.yaml'), playbook('- { wait: 6m }'));
      writeFileSync(join(dir, 'c.yaml'), playbook('- { wiat: 6m }').replace('test-playbook', 'other'));
      writeFileSync(join(dir, 'automation-rules.yaml'), 'rules: []');
      const { playbooks, problems } = loadPlaybooks([dir, join(dir, 'missing')], known);
      expect([...playbooks.keys()]).toEqual(['test-playbook']);
      expect(problems.map(({ file, line }) => [file.slice(dir.length), line])).toEqual([
        ['/b.yaml', 1],
        ['/c.yaml', 5],
        ['/missing', 1],
      ]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});
