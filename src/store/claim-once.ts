// Takes a delivery once over all replicas: the unique key decides, so two that ask at the same instant get one yes.
import type { ClaimOnce } from '../model/chat.ts';
import type { Db } from './db.ts';
import { RELAXED } from './relaxed.ts';

// Relaxed: what a delivery leads to is committed after its claim, so it never stands without it.
/** A key whose time has passed may be taken again; `deleteExpiredDeliveries` only saves room. */
export function createClaimOnce(store: Db): ClaimOnce {
  return async (key, { forMs }) => {
    const { rowCount } = await store.query(
      `INSERT INTO delivery AS taken (key, until)
       SELECT $1, clock_timestamp() + $2 * interval '1 millisecond' FROM ${RELAXED}
       ON CONFLICT (key) DO UPDATE SET until = EXCLUDED.until WHERE taken.until <= clock_timestamp()`,
      [key, forMs],
    );
    return rowCount === 1;
  };
}

/** Deletes what may be taken again anyway. Answers how many. */
export async function deleteExpiredDeliveries(db: Db): Promise<number> {
  const { rowCount } = await db.query('DELETE FROM delivery WHERE until <= clock_timestamp()');
  return rowCount ?? 0;
}
