// What the reconciler's tests share: a database of their own, cards that are plain texts, reconcilers that are stopped afterwards.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { ChatError } from '../../src/model/errors.ts';
import type { Place } from '../../src/model/place.ts';
import { createReconciler, type Reconciler, type ReconcilerOptions } from '../../src/outbox/reconciler.ts';
import { ensureSurface, raiseSurfaces, type ShownSubject } from '../../src/outbox/surfaces.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import type { FakePort } from '../support/fake-port.ts';
import { quietLog } from '../support/quiet-log.ts';

export let db: TestDatabase;
let running: Reconciler[];
export let unreachable: { place: Place; error: ChatError }[];
/** What each subject says now. */
export let content: Map<string, string>;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});
beforeEach(async () => {
  await db.store.query('TRUNCATE surface, place_lease');
  running = [];
  unreachable = [];
  content = new Map();
});
afterEach(async () => {
  await Promise.all(running.map((reconciler) => reconciler.stop()));
});

export const slack = (conversation: string): Place => ({ platform: 'slack', tenant: 'T1', conversation, thread: '', person: '' });
export const subjectOf = (kind: ShownSubject['kind']): ShownSubject => ({ kind, id: randomUUID() });
export const quick = { byPerson: false };

export function reconcile(fake: FakePort, changes: Partial<ReconcilerOptions> = {}): Reconciler {
  const reconciler = createReconciler({
    store: db.store,
    ports: new Map([[fake.port.platform, fake.port]]),
    render: async (subject) => {
      const text = content.get(subject.id) ?? null;
      return text === null ? null : { adaptive: {}, text };
    },
    me: 'replica-1',
    log: quietLog,
    onUnreachable: (place, error) => unreachable.push({ place, error }),
    now: Date.now,
    random: () => 0,
    pollMs: 100,
    ...changes,
  });
  running.push(reconciler);
  return reconciler;
}

export async function show(
  subject: ShownSubject,
  place: Place,
  text: string,
  options: { byPerson: boolean; replyTo?: string } = quick,
): Promise<string> {
  content.set(subject.id, text);
  return await ensureSurface(db.store, subject, place, options);
}

export async function change(subject: ShownSubject, text: string, options: { byPerson: boolean; closed?: boolean } = quick): Promise<void> {
  content.set(subject.id, text);
  await raiseSurfaces(db.store, subject, options);
}

export async function settled(reconciler: Reconciler): Promise<void> {
  await expect.poll(() => reconciler.depth(), { timeout: 8000, interval: 5 }).toBe(0);
}

export async function shift(subject: ShownSubject, due: string): Promise<void> {
  await db.store.query(`UPDATE surface SET not_before = clock_timestamp() + $2::interval WHERE subject_id = $1`, [subject.id, due]);
}
