// Keyv on our own pool, and deliveries that are taken once.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createClaimOnce } from '../../src/store/claim-once.ts';
import { openStore } from '../../src/store/db.ts';
import { createKeyv } from '../../src/store/keyv-store.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';

let db: TestDatabase;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});

describe('keyv', () => {
  const keyvOf = <Value>(namespace: string) => createKeyv<Value>(db.store, namespace, quietLog);

  test('gives back what was set, replaces it, and forgets what was deleted', async () => {
    const keyv = keyvOf<{ team: string }>('installations');
    expect(await keyv.get('T1')).toBeUndefined();
    await keyv.set('T1', { team: 'one' });
    await keyv.set('T1', { team: 'two' });
    expect(await keyv.get('T1')).toEqual({ team: 'two' });
    expect(await keyv.has('T1')).toBe(true);
    expect(await keyv.get(['T1', 'T2'])).toEqual([{ team: 'two' }, undefined]);
    expect(await keyv.delete('T1')).toBe(true);
    expect(await keyv.delete('T1')).toBe(false);
    expect(await keyv.get('T1')).toBeUndefined();
  });

  test('a value with a time to live is gone afterwards, one set again without stays', async () => {
    const keyv = keyvOf<string>('cache');
    await keyv.set('short', 'x', 60);
    await keyv.set('again', 'x', 60);
    await keyv.set('again', 'y');
    expect(await keyv.get('short')).toBe('x');
    await expect.poll(() => keyv.get('short'), { timeout: 2000 }).toBeUndefined();
    expect(await keyv.get('again')).toBe('y');
  });

  test('clearing a namespace leaves its neighbours alone, whatever their letters mean elsewhere', async () => {
    for (const namespace of ['a_b', 'axb', 'a%', 'a_b2']) await keyvOf<string>(namespace).set('key', namespace);
    await keyvOf<string>('a_b').clear();
    expect(await Promise.all(['a_b', 'axb', 'a%', 'a_b2'].map((namespace) => keyvOf<string>(namespace).get('key')))).toEqual([
      undefined,
      'axb',
      'a%',
      'a_b2',
    ]);
  });

  test('walks over its own namespace, more than a page of it', async () => {
    const keyv = keyvOf<number>('many');
    await Promise.all(Array.from({ length: 230 }, (_, n) => keyv.set(`key:${n}`, n)));
    await keyvOf<number>('many2').set('key', 1);
    const seen = new Map<string, number>();
    for await (const [key, value] of keyv.iterator?.(undefined) ?? []) seen.set(key, value);
    expect(seen.size).toBe(230);
    expect(seen.get('key:229')).toBe(229);
  });

  test('a namespace with a colon is refused', () => {
    expect(() => keyvOf('slack:T1')).toThrow('colon');
  });

  test('a database that is gone is an error for whoever asked, and never the end of the process', async () => {
    const other = openStore({ url: db.url, log: quietLog, maxConnections: 1 });
    const keyv = createKeyv<string>(other, 'gone', quietLog);
    await keyv.set('key', 'value');
    await db.store.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await expect.poll(() => keyv.get('key').catch(() => 'error'), { timeout: 2000 }).toBe('value');
    await other.close();
    await expect(keyv.get('key')).rejects.toThrow('pool');
    await expect(keyv.get(['key'])).rejects.toThrow('pool');
    await expect(keyv.set('key', 'x')).rejects.toThrow('pool');
    await expect(keyv.delete('key')).rejects.toThrow('pool');
    await expect(keyv.clear()).rejects.toThrow('pool');
  });
});

describe('claimOnce', () => {
  test('one of twenty that ask at once gets it, replays do not', async () => {
    const claimOnce = createClaimOnce(db.store);
    const answers = await Promise.all(Array.from({ length: 20 }, () => claimOnce('slack|v0=abc', { forMs: 60_000 })));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await claimOnce('slack|v0=abc', { forMs: 60_000 })).toBe(false);
    expect(await claimOnce('slack|v0=def', { forMs: 60_000 })).toBe(true);
  });

  test('a key may be taken again once its time has passed, by one', async () => {
    const claimOnce = createClaimOnce(db.store);
    expect(await claimOnce('brief', { forMs: 30 })).toBe(true);
    expect(await claimOnce('brief', { forMs: 30 })).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 60));
    const answers = await Promise.all(Array.from({ length: 10 }, () => claimOnce('brief', { forMs: 60_000 })));
    expect(answers.filter(Boolean)).toHaveLength(1);
  });
});
