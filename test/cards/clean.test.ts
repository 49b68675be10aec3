// Foreign text made fit to show: control and direction marks go, cuts are said.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine, cleanText, shorten } from '../../src/cards/clean.ts';

describe('clean text', () => {
  it.each([
    ['direction overrides and isolates', 'a\u202Eb\u2066c\u2069\u200F\u061Cd', 'abcd'],
    ['zero-width characters and tags', 'a\u200Bb\u200Dc\uFEFFd\u{E0041}', 'abcd'],
    ['control characters', 'a\u0000b\u001Bc\u0085d', 'abc d'],
    ['piles of combining marks', `e${'\u0301'.repeat(30)}`, 'e\u0301\u0301\u0301'],
    ['half of a surrogate pair', 'a\uD800b', 'a\uFFFDb'],
  ])('loses %s', (_, given, expected) => {
    expect(cleanLine(given, 100)).toBe(expected);
  });

  it('keeps words of every script, accents and emoji', () => {
    for (const text of ['Zürich', 'Đà Nẵng', 'שלום עולם', '東京', 'नमस्ते', '⚠️ 🔴']) expect(cleanLine(text, 100)).toBe(text);
  });

  it('keeps lines where lines are wanted, and one where one is', () => {
    expect(cleanText('one\r\n  two\u2028\n\n\n\nthree  ', 100)).toBe('one\n  two\n\nthree');
    expect(cleanLine('one\r\n  two\tthree', 100)).toBe('one two three');
  });

  it('says how much was cut', () => {
    const cut = shorten('x'.repeat(1000), 100);
    const kept = cut.indexOf('…');
    expect(cut).toBe(`${'x'.repeat(kept)}… (${1000 - kept} more characters)`);
  });

  it('is well formed, never too long and the same when cleaned again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 40, max: 300 }), (text, max) => {
        for (const clean of [cleanLine, cleanText]) {
          const once = clean(text, max);
          expect(once.isWellFormed()).toBe(true);
          expect(once.length).toBeLessThanOrEqual(max);
          expect(clean(once, max)).toBe(once);
        }
      }),
    );
  });
});
