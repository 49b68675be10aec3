// What people type, and what chat clients make of it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitWords, type Words } from '../../src/chat/grammar.ts';
import { isRefusal } from '../../src/model/errors.ts';

function split(text: string): Words {
  const found = splitWords(text);
  if (isRefusal(found)) throw new Error(found.why);
  return found;
}

describe('a command line', () => {
  it.each<[string, readonly string[], Record<string, string>]>([
    ['', [], {}],
    ['  \t\n ', [], {}],
    ['run block-user alice', ['run', 'block-user', 'alice'], {}],
    ['run  block-user\n alice', ['run', 'block-user', 'alice'], {}],
    ['run x "Alice Adams" reason="phishing mail"', ['run', 'x', 'Alice Adams'], { reason: 'phishing mail' }],
    ["run x 'Alice Adams' reason='phishing mail'", ['run', 'x', 'Alice Adams'], { reason: 'phishing mail' }],
    ['run x “Alice Adams” reason=‘phishing mail’', ['run', 'x', 'Alice Adams'], { reason: 'phishing mail' }],
    ['run x „Alice Adams“', ['run', 'x', 'Alice Adams'], {}],
    ["run x O'Brien", ['run', 'x', "O'Brien"], {}],
    ['run x CONTOSO\\alice', ['run', 'x', 'CONTOSO\\alice'], {}],
    ['say "she said \\"no\\""', ['say', 'she said "no"'], {}],
    ['say "ends with \\\\" next', ['say', 'ends with \\', 'next'], {}],
    ['a "" b', ['a', '', 'b'], {}],
    ['reason=', [], { reason: '' }],
    ['for=1d for=2d', [], { for: '2d' }],
    ['"a=b"', ['a=b'], {}],
    ['https://example.com/?a=b', ['https://example.com/?a=b'], {}],
    ['=x Reason=x 1a=x', ['=x', 'Reason=x', '1a=x'], {}],
    ['run x a\0b\u0007', ['run', 'x', 'ab'], {}],
  ])('%j is split as meant', (text, words, options) => {
    expect(split(text)).toEqual({ words, options });
  });

  it.each(['run x "Alice', "reason='phishing mail", 'a “b', 'x "ends with \\"'])('%j is refused, for its quote never ends', (text) => {
    expect(splitWords(text)).toMatchObject({ refused: true, remedy: expect.stringContaining('Close it with') });
  });

  it('that is too long is refused with the limit', () => {
    expect(splitWords('x'.repeat(4_001))).toMatchObject({ refused: true, why: expect.stringContaining('4000') });
    expect(split('x'.repeat(4_000)).words).toHaveLength(1);
  });

  it('never makes it throw, and no word of its own invention', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const found = splitWords(text);
        if (isRefusal(found)) return found.why !== '' && found.remedy !== '';
        const letters = [...found.words, ...Object.values(found.options)].join('');
        return [...letters].every((letter) => text.toWellFormed().includes(letter));
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives back every word that was quoted, and every value', () => {
    const awkward = fc.string({ unit: fc.constantFrom(...'ab=\\"\'“”„‘’ <>\u00e9😀'), maxLength: 12 });
    const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,8}$/);
    fc.assert(
      fc.property(fc.array(awkward, { maxLength: 5 }), fc.dictionary(name, awkward, { maxKeys: 4 }), (words, options) => {
        const line = [...words.map(quote), ...Object.entries(options).map(([key, value]) => `${key}=${quote(value)}`)].join(' ');
        expect(split(line)).toEqual({ words, options: { ...options } });
      }),
      { numRuns: 2_000 },
    );
  });
});

function quote(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
