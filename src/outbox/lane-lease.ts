// One reconciler per conversation over all replicas: a lease row with an expiry. It also carries the times of recent
// sends, so that the platform's limits hold when another replica, or this one after a restart, goes on.
import type { Db } from '../store/db.ts';
import { RELAXED } from '../store/relaxed.ts';

/** A dead owner's conversations wait this long; a live one renews three times within it. */
export const LEASE_MS = 10_000;

// Every statement here is relaxed: a lease that a crash of the database forgets is taken again.

/** Takes the lane, or says null when another replica has it. Answers the times of recent sends, epoch ms. */
export async function takeLane(db: Db, lane: string, me: string): Promise<readonly number[] | null> {
  const { rows } = await db.query<{ sent: string[] }>(
    `INSERT INTO place_lease AS held (lane, owner, until)
     SELECT $1, $2, clock_timestamp() + $3 * interval '1 millisecond' FROM ${RELAXED}
     ON CONFLICT (lane) DO UPDATE SET owner = EXCLUDED.owner, until = EXCLUDED.until
     WHERE held.owner = EXCLUDED.owner OR held.until < clock_timestamp()
     RETURNING sent`,
    [lane, me, LEASE_MS],
  );
  const row = rows[0];
  return row === undefined ? null : row.sent.map(Number);
}

/** Lengthens the lease. False when it was lost: somebody else may be at work there. */
export async function renewLane(db: Db, lane: string, me: string, sent?: readonly number[]): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE place_lease SET until = clock_timestamp() + $3 * interval '1 millisecond', sent = COALESCE($4::bigint[], sent)
     FROM ${RELAXED} WHERE lane = $1 AND owner = $2 AND until > clock_timestamp()`,
    [lane, me, LEASE_MS, sent ?? null],
  );
  return rowCount === 1;
}

export async function releaseLane(db: Db, lane: string, me: string, sent: readonly number[]): Promise<void> {
  await db.query(`UPDATE place_lease SET until = '-infinity', sent = $3 FROM ${RELAXED} WHERE lane = $1 AND owner = $2`, [lane, me, sent]);
}

/** Deletes lanes nobody has held for a day, longer than any limit looks back. Answers how many. */
export async function deleteIdleLanes(db: Db): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM place_lease WHERE until < clock_timestamp()
       AND COALESCE((SELECT max(at) FROM unnest(sent) AS at), 0) < extract(epoch FROM clock_timestamp() - interval '1 day') * 1000`,
  );
  return rowCount ?? 0;
}
