// The surfaces that do not show yet what is wanted, and how one of them changes. Every statement is its own transaction.
import type { MessageRef, Place } from '../model/place.ts';
import type { Db } from '../store/db.ts';
import { LEASE_MS } from './lane-lease.ts';
import { adoptMessage, type ShownSubject } from './surfaces.ts';

/** A surface with work, as it was read before rendering: `wanted` is never newer than what is rendered afterwards. */
export interface Pending {
  readonly id: string;
  readonly subject: ShownSubject;
  readonly place: Place;
  /** Where a new message goes: `place`, in the thread of the message it answers. */
  readonly postTo: Place;
  readonly wanted: number;
  readonly message: MessageRef | null;
  /** Epoch ms of a post whose answer is not known, else null. */
  readonly postingSince: number | null;
  readonly failures: number;
  readonly closed: boolean;
}

// An answer waits for the message it answers, unless that one will never be posted. A scalar subquery, so that the
// planner looks the one row up instead of joining all of the table.
const DUE = `s.wanted > s.shown AND s.not_before <= statement_timestamp() AND (s.message_id <> '' OR s.reply_to IS NULL
  OR (SELECT p.message_id <> '' OR p.wanted <= p.shown FROM surface p WHERE p.id = s.reply_to))`;
const SHOWN = `shown = GREATEST(shown, $2), by_person = by_person AND wanted > $2,
  posting_since = NULL, not_before = '-infinity', failures = 0`;

/** Conversations with work, those a person waits for first. */
export async function dueLanes(db: Db): Promise<readonly string[]> {
  const { rows } = await db.query<{ lane: string }>(
    `SELECT s.lane FROM surface s WHERE ${DUE} GROUP BY s.lane ORDER BY bool_or(s.by_person) DESC, min(s.changed_at)`,
  );
  return rows.map((row) => row.lane);
}

export async function hasDue(db: Db, lane: string): Promise<boolean> {
  const { rows } = await db.query(`SELECT 1 FROM surface s WHERE s.lane = $1 AND ${DUE} LIMIT 1`, [lane]);
  return rows.length > 0;
}

interface PendingRow {
  id: string;
  subject_kind: ShownSubject['kind'];
  subject_id: string;
  place: Place;
  wanted: number;
  message_id: string;
  message_place: Place | null;
  posting_since: number | null;
  failures: number;
  closed: boolean;
  parent_id: string | null;
  parent_thread: string | null;
}

/** What is shown next in this conversation: what a person waits for first, then the oldest change. */
export async function nextPending(db: Db, lane: string): Promise<Pending | null> {
  const { rows } = await db.query<PendingRow>(
    `SELECT s.id, s.subject_kind, s.subject_id, s.place, s.wanted, s.message_id, s.message_place, s.failures, s.closed,
       (extract(epoch FROM s.posting_since) * 1000)::float8 AS posting_since,
       p.message_id AS parent_id, COALESCE(p.message_place, p.place) ->> 'thread' AS parent_thread
     FROM (SELECT * FROM surface s WHERE s.lane = $1 AND ${DUE} ORDER BY s.by_person DESC, s.changed_at LIMIT 1) s
     LEFT JOIN surface p ON p.id = s.reply_to`,
    [lane],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return {
    id: row.id,
    subject: { kind: row.subject_kind, id: row.subject_id },
    place: row.place,
    postTo: { ...row.place, thread: row.place.thread || row.parent_thread || row.parent_id || '' },
    wanted: row.wanted,
    message: row.message_id === '' ? null : { place: row.message_place ?? row.place, id: row.message_id },
    postingSince: row.posting_since,
    failures: row.failures,
    closed: row.closed,
  };
}

/**
 * Saves the intent to post, if the lane is still ours and the post still wanted: false means look again.
 * One statement, so that nothing can come between the two questions.
 */
export async function claimPost(db: Db, surface: Pending, owner: { lane: string; me: string; sent: readonly number[] }): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH held AS (
       UPDATE place_lease SET until = clock_timestamp() + $4 * interval '1 millisecond', sent = $5
       WHERE lane = $2 AND owner = $3 AND until > clock_timestamp() RETURNING lane)
     UPDATE surface SET posting_since = COALESCE(posting_since, clock_timestamp())
     FROM held WHERE id = $1 AND message_id = '' AND NOT closed`,
    [surface.id, owner.lane, owner.me, LEASE_MS, owner.sent],
  );
  return rowCount === 1;
}

/** It stands there now, as it was wanted when `surface` was read. */
export async function savePosted(db: Db, surface: Pending, message: MessageRef): Promise<void> {
  const { rowCount } = await db.query(
    `UPDATE surface SET message_id = $3, message_place = $4, error = '', ${SHOWN} WHERE id = $1 AND message_id = ''`,
    [surface.id, surface.wanted, message.id, JSON.stringify(message.place)],
  );
  // A click on an earlier copy was faster: that one is the surface now, this one a second copy.
  if (rowCount === 0) await adoptMessage(db, surface.subject, message);
}

/** A post whose answer was lost was found; what it shows may be old, so nothing counts as shown yet. */
export async function saveFound(db: Db, surface: Pending, message: MessageRef): Promise<void> {
  await db.query(
    `UPDATE surface SET message_id = $2, message_place = $3, posting_since = NULL, not_before = '-infinity' WHERE id = $1 AND message_id = ''`,
    [surface.id, message.id, JSON.stringify(message.place)],
  );
}

/** Nothing more to do until something changes: it was edited, or must not or cannot be shown (then `error` says why). */
export async function settle(db: Db, surface: Pending, options: { readonly error: string }): Promise<void> {
  await db.query(`UPDATE surface SET error = $3, ${SHOWN} WHERE id = $1`, [surface.id, surface.wanted, options.error]);
}

/** The message was deleted. `repost`: it is posted anew; else it is given up for good. */
export async function saveGone(db: Db, surface: Pending, options: { readonly repost: boolean }): Promise<void> {
  await db.query(
    `UPDATE surface SET message_id = '', message_place = NULL, posting_since = NULL, closed = closed OR NOT $2,
       shown = CASE WHEN $2 THEN shown ELSE GREATEST(shown, $3) END
     WHERE id = $1`,
    [surface.id, options.repost, surface.wanted],
  );
}

/** It could not be shown; not before `delayMs` is it tried again. `lost`: a post may stand all the same. */
export async function postpone(db: Db, surface: Pending, failure: { delayMs: number; error: string; lost: boolean }): Promise<void> {
  await db.query(
    `UPDATE surface SET failures = failures + 1, error = $3, not_before = clock_timestamp() + $2 * interval '1 millisecond',
       posting_since = CASE WHEN $4 THEN posting_since END
     WHERE id = $1`,
    [surface.id, failure.delayMs, failure.error, failure.lost],
  );
}

/** Nobody can write there: everything that waits for this conversation waits longer, so that one try speaks for all. */
export async function parkLane(
  db: Db,
  lane: string,
  failure: { tried: Pending; lost: boolean; delayMs: number; error: string },
): Promise<void> {
  await postpone(db, failure.tried, failure);
  // Writers hold the locks of several surfaces, in an order of their own: what one of them has is left to its next try.
  await db.query(
    `UPDATE surface SET failures = failures + 1, error = $3, not_before = clock_timestamp() + $2 * interval '1 millisecond'
     WHERE id IN (SELECT id FROM surface WHERE lane = $1 AND wanted > shown AND id <> $4 FOR UPDATE SKIP LOCKED)`,
    [lane, failure.delayMs, failure.error, failure.tried.id],
  );
}

/** The conversation answers again: what was parked is due. */
export async function unparkLane(db: Db, lane: string): Promise<void> {
  const { rows } = await db.query<{ id: string }>(
    'SELECT id FROM surface WHERE lane = $1 AND wanted > shown AND not_before > clock_timestamp() ORDER BY by_person DESC, changed_at',
    [lane],
  );
  // One by one: whoever holds a single lock cannot deadlock with writers, and none may be skipped.
  for (const { id } of rows) await db.query(`UPDATE surface SET not_before = '-infinity' WHERE id = $1`, [id]);
}

/** How many surfaces wait to be shown. */
export async function countPending(db: Db): Promise<number> {
  const { rows } = await db.query<{ count: string }>('SELECT count(*) AS count FROM surface WHERE wanted > shown');
  return Number(rows[0]?.count ?? 0);
}
