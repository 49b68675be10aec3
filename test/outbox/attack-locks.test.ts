// The reconciler parks a conversation nobody can write to while people decide: neither waits for the other's locks.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { nextPending, parkLane, unparkLane } from '../../src/outbox/pending.ts';
import { ensureSurface, laneOf, raiseSurfaces } from '../../src/outbox/surfaces.ts';
import { db, quick, slack, subjectOf } from './stage.ts';

it('parking and unparking a conversation never deadlocks with somebody who raises its cards', async () => {
  const place = slack('C1');
  const [first, second] = [subjectOf('approval'), subjectOf('incident')];
  for (const subject of [second, first]) await ensureSurface(db.store, subject, place, quick);
  const tried = await nextPending(db.store, laneOf(place));
  if (tried === null) throw new Error('nothing is pending');
  for (const work of [
    () => parkLane(db.store, laneOf(place), { tried, lost: false, delayMs: 60_000, error: 'nobody is there' }),
    () => unparkLane(db.store, laneOf(place)),
  ]) {
    for (const [one, other] of [
      [first, second],
      [second, first],
    ] as const) {
      let attempts = 0;
      let working: Promise<void> = Promise.resolve();
      await db.store.transaction(async (tx) => {
        attempts += 1;
        await raiseSurfaces(tx, one, { byPerson: true });
        if (attempts === 1) working = work();
        await sleep(100);
        await raiseSurfaces(tx, other, { byPerson: true });
      });
      expect({ attempts, worked: await working.then(() => true, String) }).toEqual({ attempts: 1, worked: true });
    }
  }
});
