// Jobs by the clock: one replica per tick, no overlap, failures survive, and the clean-up deletes what is over and nothing else.
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Log } from '../../src/model/log.ts';
import { cleanUpJobs } from '../../src/schedule/clean-up.ts';
import { createSchedule, type Job, type Schedule } from '../../src/schedule/schedule.ts';
import { createClaimOnce } from '../../src/store/claim-once.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';

let db: TestDatabase;
const schedules: Schedule[] = [];

beforeAll(async () => {
  db = await testDatabase();
});
afterEach(async () => {
  await Promise.all(schedules.splice(0).map((schedule) => schedule.stop()));
});
afterAll(async () => {
  await db.drop();
});

function scheduled(jobs: readonly Job[], log: Log = quietLog): Schedule {
  const schedule = createSchedule({ jobs, claimOnce: createClaimOnce(db.store), log });
  schedules.push(schedule);
  return schedule;
}

test('of three replicas one runs a tick, and a job that throws is logged and runs again', async () => {
  const ticks: number[] = [];
  const errors: string[] = [];
  const log: Log = { ...quietLog, error: (message) => errors.push(message) };
  const run = async (): Promise<never> => {
    ticks.push(Math.round(Date.now() / 1000));
    throw new Error('broken');
  };
  for (let replica = 0; replica < 3; replica += 1) await scheduled([{ name: 'sweep', cron: '* * * * * *', run }], log).start();
  await expect.poll(() => ticks.length, { timeout: 5000 }).toBeGreaterThanOrEqual(2);
  expect(new Set(ticks).size).toBe(ticks.length);
  expect(errors).toContain('job failed, its next tick tries again');
});

test('a long job does not overlap itself, and stop waits for it', async () => {
  let running = 0;
  let most = 0;
  let done = 0;
  const run = async (): Promise<Record<string, never>> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running -= 1;
    done += 1;
    return {};
  };
  const schedule = scheduled([{ name: 'long', cron: '* * * * * *', run }]);
  await schedule.start();
  await expect.poll(() => done, { timeout: 6000 }).toBe(1);
  await expect.poll(() => running, { timeout: 3000 }).toBe(1);
  await schedule.stop();
  expect({ running, most, done }).toEqual({ running: 0, most: 1, done: 2 });
});

test('a schedule that cannot be read names the job', () => {
  expect(() => scheduled([{ name: 'typo', cron: '61 * * * *', run: async () => ({}) }])).toThrow(
    /the job typo has the schedule "61 \* \* \* \*"/,
  );
});

test('clean-up deletes what has expired and keeps the rest', async () => {
  await db.store.query(`INSERT INTO delivery (key, until) VALUES ('old', now() - interval '1 s'), ('new', now() + interval '1 h')`);
  await db.store.query(
    `INSERT INTO keyv (key, value, expires_at) VALUES ('old', '1', now() - interval '1 s'), ('new', '1', now() + interval '1 h'), ('ever', '1', NULL)`,
  );
  const today = Date.now();
  const yesterday = today - 2 * 86_400_000;
  await db.store.query(
    `INSERT INTO place_lease (lane, owner, until, sent) VALUES ('idle', 'a', '-infinity', ARRAY[$1::bigint]), ('recent', 'a', '-infinity', ARRAY[$1::bigint, $2::bigint]),
      ('held', 'a', now() + interval '10 s', '{}')`,
    [yesterday, today],
  );
  const jobs = cleanUpJobs({ db: db.store, pruneBursts: async () => 7 });
  const results = await Promise.all(jobs.map((job) => job.run()));
  expect(results).toEqual([{ deleted: 1 }, { deleted: 1 }, { deleted: 7 }, { deleted: 1 }]);
  const { rows } = await db.store.query(
    `SELECT key FROM (SELECT key FROM delivery WHERE key NOT LIKE 'schedule|%' UNION ALL SELECT key FROM keyv UNION ALL SELECT lane FROM place_lease) AS kept ORDER BY 1`,
  );
  expect(rows.map((row) => row.key)).toEqual(['ever', 'held', 'new', 'new', 'recent']);
  for (const job of jobs) scheduled([job]);
});
