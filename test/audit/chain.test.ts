// The audit chain: complete whatever the order of commits, one appender over replicas, and any tampering shows.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createAppender } from '../../src/audit/appender.ts';
import { recordAudit } from '../../src/audit/audit.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { openStore, type Store } from '../../src/store/db.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';

let db: TestDatabase;
let store: Store;

beforeAll(async () => {
  db = await testDatabase();
  store = db.store;
});
afterAll(async () => {
  await db.drop();
});
beforeEach(async () => {
  await store.query('TRUNCATE audit RESTART IDENTITY');
});

const event = (n: number) => ({ kind: 'vote', who: 'carol', what: { n, choice: 'block' } }) as const;

async function record(count: number): Promise<void> {
  for (let n = 1; n <= count; n += 1) await recordAudit(store, event(n));
}

/** What somebody with the owner's rights could do. */
async function tamper(statement: string): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.query('ALTER TABLE audit DISABLE TRIGGER audit_keep');
    await tx.query(statement);
    await tx.query('ALTER TABLE audit ENABLE TRIGGER audit_keep');
  });
}

test('chains what is committed, in batches, and verifies', async () => {
  await record(3);
  await store.query(`INSERT INTO audit (event) SELECT jsonb_build_object('kind', 'vote', 'n', n) FROM generate_series(1, 1200) AS n`);
  const appender = createAppender({ store, log: quietLog });
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 0 }, waiting: 1203 });
  expect(await appender.append()).toBe(1203);
  expect(await verifyChain(store)).toMatchObject({
    ok: true,
    head: { seq: 1203, hash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    waiting: 0,
  });
});

test('an event of a transaction that rolls back leaves no trace, its number no gap', async () => {
  await record(1);
  const failed = store.transaction(async (tx) => {
    await recordAudit(tx, event(2));
    throw new Error('rolled back');
  });
  await expect(failed).rejects.toThrow('rolled back');
  await record(1);
  await createAppender({ store, log: quietLog }).append();
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 2 } });
});

test('an event that commits after later ones were chained is chained too', async () => {
  const appender = createAppender({ store, log: quietLog });
  await store.transaction(async (tx) => {
    await recordAudit(tx, { kind: 'decision', who: 'dan', what: { late: true } });
    await record(2);
    expect(await appender.append()).toBe(2);
  });
  expect(await appender.append()).toBe(1);
  const { rows } = await store.query<{ id: string; seq: string }>('SELECT id, seq FROM audit ORDER BY seq');
  expect(rows.map((row) => row.id)).toEqual(['2', '3', '1']);
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 3 } });
});

test('replicas that append at once make one chain', async () => {
  const others = [1, 2, 3].map(() => openStore({ url: db.url, log: quietLog, maxConnections: 2 }));
  const appenders = [store, ...others].map((one) => createAppender({ store: one, log: quietLog }));
  await Promise.all([
    record(60),
    ...appenders.map(async (appender) => {
      for (let n = 0; n < 30; n += 1) await appender.append();
    }),
  ]);
  await appenders[0]?.append();
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 60 }, waiting: 0 });
  await Promise.all(others.map((other) => other.close()));
});

test('chains by itself while it runs, and what is left when it stops', async () => {
  const appender = createAppender({ store, log: quietLog, everyMs: 20 });
  appender.start();
  await record(1);
  await expect.poll(() => verifyChain(store)).toMatchObject({ ok: true, head: { seq: 1 } });
  await record(1);
  await appender.stop();
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 2 }, waiting: 0 });
});

test.each([
  ['a changed event', `UPDATE audit SET event = jsonb_set(event, '{who}', '"mallory"') WHERE seq = 3`, 3, 'changed'],
  ['a changed time', `UPDATE audit SET at = at - interval '1 microsecond' WHERE seq = 4`, 4, 'changed'],
  ['a removed row', 'DELETE FROM audit WHERE seq = 2', 2, 'missing'],
  ['the first row removed', 'DELETE FROM audit WHERE seq = 1', 1, 'missing'],
  ['a removed row with the rest renumbered', 'DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = seq - 1 WHERE seq > 2', 2, 'follow'],
  [
    'two rows swapped',
    'UPDATE audit SET seq = seq + 100 WHERE seq IN (2, 3); UPDATE audit SET seq = 105 - seq WHERE seq > 100',
    2,
    'follow',
  ],
])('%s shows', async (_name, statement, brokenAt, why) => {
  await record(5);
  await createAppender({ store, log: quietLog }).append();
  for (const part of statement.split(';')) await tamper(part);
  expect(await verifyChain(store)).toMatchObject({ ok: false, brokenAt, why: expect.stringContaining(why) });
});

test('the table itself refuses changes and deletions', async () => {
  await record(2);
  await expect(store.query(`UPDATE audit SET event = '{}' WHERE id = 1`)).rejects.toThrow('append-only');
  await createAppender({ store, log: quietLog }).append();
  await expect(store.query('UPDATE audit SET seq = NULL WHERE seq = 1')).rejects.toThrow('append-only');
  await expect(store.query('DELETE FROM audit')).rejects.toThrow('append-only');
});

test('hostile text is saved and verifies', async () => {
  await recordAudit(store, { kind: 'refused', who: 'nobody', what: { title: 'a\0b \ud800 \\u0000 ‮ <!channel> ${x}' } });
  await createAppender({ store, log: quietLog }).append();
  expect(await verifyChain(store)).toMatchObject({ ok: true, head: { seq: 1 } });
});
