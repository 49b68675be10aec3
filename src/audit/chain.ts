// The chain itself: each row's hash covers the hash before it, so that a row changed, taken out or put in between shows.
// What it cannot show is a cut at the end: compare the head with one that was noted elsewhere.
import { createHash } from 'node:crypto';
import type { Db } from '../store/db.ts';

/** What the first row's hash covers in place of an earlier one. */
export const GENESIS = '0'.repeat(64);

/** The last row of the chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What `verifyChain` found. `waiting`: events saved that the appender has not chained yet. */
export type ChainReport =
  | { readonly ok: true; readonly head: ChainHead; readonly waiting: number }
  | { readonly ok: false; readonly brokenAt: number; readonly why: string };

export interface ChainedEvent {
  readonly seq: number;
  /** ISO UTC with microseconds. */
  readonly at: string;
  readonly event: unknown;
}

/** Postgres's own microseconds; a JavaScript Date would drop them. */
export const AT = `to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

export function hashOf(previous: string, row: ChainedEvent): string {
  return createHash('sha256')
    .update(`${previous}\n${canonicalJson([row.seq, row.at, row.event])}`)
    .digest('hex');
}

export async function headOf(db: Db): Promise<ChainHead> {
  const { rows } = await db.query<{ seq: string; hash: string }>(
    'SELECT seq, hash FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1',
  );
  const row = rows[0];
  return row === undefined ? { seq: 0, hash: GENESIS } : { seq: Number(row.seq), hash: row.hash };
}

const PAGE = 1000;

/** Walks the whole chain from its first row; the report names the first row that is not as it was appended. */
export async function verifyChain(db: Db): Promise<ChainReport> {
  let head: ChainHead = { seq: 0, hash: GENESIS };
  for (;;) {
    const { rows } = await db.query<{ seq: string; at: string; event: unknown; prev_hash: string; hash: string }>(
      `SELECT seq, ${AT} AS at, event, prev_hash, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT ${PAGE}`,
      [head.seq],
    );
    for (const row of rows) {
      const seq = Number(row.seq);
      if (seq !== head.seq + 1) return { ok: false, brokenAt: head.seq + 1, why: 'the row is missing' };
      if (row.prev_hash !== head.hash) return { ok: false, brokenAt: seq, why: 'it does not follow the row before it' };
      if (row.hash !== hashOf(head.hash, { seq, at: row.at, event: row.event }))
        return { ok: false, brokenAt: seq, why: 'its content was changed' };
      head = { seq, hash: row.hash };
    }
    if (rows.length < PAGE) break;
  }
  const { rows } = await db.query<{ count: string }>('SELECT count(*) AS count FROM audit WHERE seq IS NULL');
  return { ok: true, head, waiting: Number(rows[0]?.count ?? 0) };
}

/** JSON with sorted keys: equal values have equal texts. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`).join(',')}}`;
}
