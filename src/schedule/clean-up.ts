// The clean-up jobs: what has served its time is deleted, so that tables stay as large as the work, not as the past.
import { deleteIdleLanes } from '../outbox/lane-lease.ts';
import { deleteExpiredDeliveries } from '../store/claim-once.ts';
import type { Db } from '../store/db.ts';
import { deleteExpiredKeys } from '../store/keyv-store.ts';
import type { Job } from './schedule.ts';

/** `pruneBursts` deletes finished workflows of the engine and answers how many. */
export function cleanUpJobs(options: { db: Db; pruneBursts: () => Promise<number> }): readonly Job[] {
  const { db, pruneBursts } = options;
  return [
    { name: 'delete expired deliveries', cron: '3-59/10 * * * *', run: async () => ({ deleted: await deleteExpiredDeliveries(db) }) },
    { name: 'delete expired keys', cron: '5-59/10 * * * *', run: async () => ({ deleted: await deleteExpiredKeys(db) }) },
    { name: 'prune finished bursts', cron: '*/5 * * * *', run: async () => ({ deleted: await pruneBursts() }) },
    { name: 'delete idle lanes', cron: '17 3 * * *', run: async () => ({ deleted: await deleteIdleLanes(db) }) },
  ];
}
