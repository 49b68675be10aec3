// The nearest word, and none when nothing is near.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeMatch } from '../../src/model/close-match.ts';

describe('closeMatch', () => {
  it.each([
    ['strat', 'start'],
    ['STAR', 'start'],
    ['chekc', 'check'],
    ['blok-user', 'block-user'],
    ['blockuser', 'block-user'],
    ['user-block', ''],
    ['x', ''],
    ['', ''],
  ])('takes %j for %j', (word, expected) => {
    expect(closeMatch(word, ['start', 'check', 'schema', 'manifests', 'block-user', 'block-ip'])).toBe(expected);
  });

  it('finds every word by itself and by itself with two neighbours swapped', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{3,12}$/), fc.nat(), (word, seed) => {
        const index = seed % (word.length - 1);
        const swapped = `${word.slice(0, index)}${word[index + 1]}${word[index]}${word.slice(index + 2)}`;
        expect(closeMatch(word, ['0000000', word])).toBe(word);
        expect(closeMatch(swapped, ['0000000', word])).toBe(word);
      }),
    );
  });
});
