// Sliding windows: no window is ever overfull, nothing waits longer than it must, and a clock that jumps does no lasting harm.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlidingWindows } from '../../src/outbox/limits.ts';

const teams = [
  { count: 7, perMs: 1000 },
  { count: 8, perMs: 2000 },
  { count: 60, perMs: 30_000 },
  { count: 1800, perMs: 3_600_000 },
];

test('whoever waits as told never has more calls in any window than allowed', () => {
  const limits = fc.array(fc.record({ count: fc.integer({ min: 1, max: 5 }), perMs: fc.integer({ min: 1, max: 500 }) }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(limits, fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 }), fc.nat(60), (windows, pauses, handover) => {
      let limiter = createSlidingWindows(windows, []);
      let now = 1_000_000;
      const sent: number[] = [];
      for (const [index, pause] of pauses.entries()) {
        if (index === handover) limiter = createSlidingWindows(windows, limiter.recent());
        now += pause;
        now += limiter.delay(now);
        limiter.record(now);
        sent.push(now);
        for (const { count, perMs } of windows) expect(sent.filter((at) => at >= now - perMs).length).toBeLessThanOrEqual(count);
      }
    }),
  );
});

test('the limits of Teams let seven through at once and the eighth a second later', () => {
  const limiter = createSlidingWindows(teams, []);
  for (let n = 0; n < 7; n += 1) {
    expect(limiter.delay(5000)).toBe(0);
    limiter.record(5000);
  }
  expect(limiter.delay(5000)).toBe(1001);
  expect(limiter.delay(5400)).toBe(601);
  expect(limiter.delay(6001)).toBe(0);
});

test('no limits, no waiting, nothing remembered', () => {
  const limiter = createSlidingWindows([], []);
  limiter.record(4);
  expect(limiter.delay(4)).toBe(0);
  expect(limiter.recent()).toEqual([]);
});

test('a clock that was set back by an hour costs one window', () => {
  const limiter = createSlidingWindows([{ count: 1, perMs: 1000 }], [10_000_000]);
  const now = 10_000_000 - 3_600_000;
  expect(limiter.delay(now)).toBe(1001);
  expect(limiter.delay(now + 500)).toBe(501);
  expect(limiter.delay(now + 1001)).toBe(0);
});
