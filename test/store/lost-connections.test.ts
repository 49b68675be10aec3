// A connection that is lost while a transaction has it: the transaction fails, the process and the pool live.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from '../support/database.ts';

describe('a connection lost inside a transaction', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(async () => {
    await database.drop();
  });

  const cut = async (pid: number | undefined): Promise<void> => {
    await database.store.query('SELECT pg_terminate_backend($1::int)', [pid]);
    await sleep(100);
  };

  it('between two statements fails the transaction and nothing else', async () => {
    const uncaught: unknown[] = [];
    const note = (error: unknown): void => void uncaught.push(error);
    process.on('uncaughtException', note);
    const work = database.store.transaction(async (tx) => {
      const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      await cut(rows[0]?.pid);
      await tx.query('SELECT 1');
    });
    await expect(work).rejects.toThrow();
    await sleep(100);
    process.off('uncaughtException', note);
    expect(uncaught).toEqual([]);
    expect((await database.store.query<{ one: number }>('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('is told when a statement failed and nobody looked', async () => {
    const work = database.store.transaction(async (tx) => {
      await tx.query('SELECT 1 / 0').catch(() => null);
    });
    await expect(work).rejects.toThrow('nothing of it was saved');
  });
});
