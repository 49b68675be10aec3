// Step records: what a run did and is doing, written under the fence of the execution that does it.
import type { AuditEvent } from '../audit/audit.ts';
import type { StepRecord } from '../model/playbook.ts';
import type { Db, Store, Tx } from '../store/db.ts';
import { RELAXED } from '../store/relaxed.ts';
import { savable, savableJson } from '../store/savable.ts';
import type { Fence } from './lines.ts';

/** The newest attempt of a step, as saved. */
export interface SavedStep extends StepRecord {
  readonly attempt: number;
  readonly line: string;
  readonly kind: string;
  /** Milliseconds until a failed attempt is repeated, negative when it is time; null when it is not repeated. */
  readonly retryInMs: number | null;
}

/** The newest attempt of every step of the run, by path. */
export async function loadRecords(db: Db, runId: string): Promise<Map<string, SavedStep>> {
  const { rows } = await db.query<{
    path: string;
    attempt: number;
    line: string;
    kind: string;
    status: StepRecord['status'];
    output: unknown;
    error: string;
    retry_in: number | null;
  }>(
    `SELECT DISTINCT ON (path) path, attempt, line, kind, status, output, error, (extract(epoch FROM retry_at - clock_timestamp()) * 1000)::float8 AS retry_in
     FROM run_step WHERE run_id = $1 ORDER BY path, attempt DESC`,
    [runId],
  );
  return new Map(rows.map(({ retry_in, ...row }) => [row.path, { ...row, retryInMs: retry_in }]));
}

interface Intent {
  readonly path: string;
  readonly attempt: number;
  readonly action: string;
  readonly key: string;
  readonly input: unknown;
}

/**
 * The intent row: written before the call, so that after a crash a step without one was surely not called.
 * False when the run is no longer active or another execution has the line: then nothing may be called.
 */
export async function writeIntent(db: Db, fence: Fence, intent: Intent, event: AuditEvent | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH active AS (SELECT 1 FROM run WHERE id = $1 AND status IN ('running', 'waiting') FOR SHARE),
     fence AS (SELECT 1 FROM run_line, active WHERE run_id = $1 AND line = $2 AND epoch = $3 FOR UPDATE OF run_line),
     audited AS (INSERT INTO audit (event) SELECT $9::jsonb FROM fence WHERE $9::jsonb IS NOT NULL)
     INSERT INTO run_step (run_id, line, path, attempt, kind, action, status, idem_key, input)
     SELECT $1, $2, $4, $5, 'action', $6, 'started', $7, $8::jsonb FROM fence
     ON CONFLICT (run_id, path, attempt) DO UPDATE SET started_at = clock_timestamp()`,
    [
      fence.runId,
      fence.line,
      fence.epoch,
      intent.path,
      intent.attempt,
      intent.action,
      intent.key,
      savableJson(intent.input),
      event === null ? null : savableJson(event),
    ],
  );
  return rowCount === 1;
}

export interface Outcome {
  readonly path: string;
  readonly attempt: number;
  readonly status: 'done' | 'failed';
  readonly output: unknown;
  readonly error: string;
  /** Set when the failed attempt will be repeated. */
  readonly retryAfterMs?: number;
}

/**
 * What became of the call. False when another execution has taken the line meanwhile. Relaxed: the next intent, the trouble shown or the
 * end of the burst is committed right after it. A crash of the database server in between leaves a call whose answer was not saved.
 */
export async function writeOutcome(db: Db, fence: Fence, outcome: Outcome, event: AuditEvent | null): Promise<boolean> {
  const { rowCount } = await db.query(
    `WITH fence AS (SELECT 1 FROM run_line WHERE run_id = $1 AND line = $2 AND epoch = $3 FOR UPDATE),
     audited AS (INSERT INTO audit (event) SELECT $10::jsonb FROM fence WHERE $10::jsonb IS NOT NULL)
     UPDATE run_step SET status = $6, output = $7::jsonb, error = $8, finished_at = clock_timestamp(),
       retry_at = CASE WHEN $9::bigint IS NULL THEN NULL ELSE clock_timestamp() + $9::bigint * interval '1 millisecond' END
     FROM fence, ${RELAXED} WHERE run_id = $1 AND path = $4 AND attempt = $5`,
    [
      fence.runId,
      fence.line,
      fence.epoch,
      outcome.path,
      outcome.attempt,
      outcome.status,
      savableJson(outcome.output ?? null),
      savable(outcome.error),
      outcome.retryAfterMs === undefined ? null : Math.ceil(outcome.retryAfterMs),
      event === null ? null : savableJson(event),
    ],
  );
  return rowCount === 1;
}

interface Note {
  readonly path: string;
  readonly kind: string;
  readonly status: 'waiting' | 'done' | 'skipped' | 'failed';
  readonly output: unknown;
  readonly error?: string;
}

/** A step that calls nothing outside: a branch taken, the items of a loop, a wait begun. Safe to repeat. */
export async function writeNote(tx: Tx, fence: Fence, note: Note): Promise<boolean> {
  return insertNote(tx, fence, note, 'fence');
}

/** The same as a transaction of its own. Relaxed: it is worked out again from the records before it. */
export async function writeNoteAlone(store: Store, fence: Fence, note: Note): Promise<boolean> {
  return insertNote(store, fence, note, `fence, ${RELAXED}`);
}

async function insertNote(db: Db, fence: Fence, note: Note, from: string): Promise<boolean> {
  const { rowCount } = await db.query(
    // The run is locked first, as everywhere: the new row refers to it, and whoever ends the run locks it before its lines.
    `WITH active AS (SELECT 1 FROM run WHERE id = $1 AND status IN ('running', 'waiting') FOR SHARE),
     fence AS (SELECT 1 FROM run_line, active WHERE run_id = $1 AND line = $2 AND epoch = $3 FOR UPDATE OF run_line)
     INSERT INTO run_step (run_id, line, path, kind, status, output, error, finished_at)
     SELECT $1, $2, $4, $5, $6, $7::jsonb, $8, CASE WHEN $6 = 'waiting' THEN NULL ELSE clock_timestamp() END FROM ${from}
     ON CONFLICT (run_id, path, attempt) DO UPDATE SET status = EXCLUDED.status, output = EXCLUDED.output, error = EXCLUDED.error, finished_at = EXCLUDED.finished_at`,
    [fence.runId, fence.line, fence.epoch, note.path, note.kind, note.status, savableJson(note.output ?? null), savable(note.error ?? '')],
  );
  return rowCount === 1;
}

/** Ends the waiting of a step; the caller holds the run's lock. */
export async function settleStep(
  db: Db,
  runId: string,
  path: string,
  result: { readonly status: 'done' | 'failed'; readonly output: unknown; readonly error?: string },
): Promise<void> {
  await db.query(
    `UPDATE run_step SET status = $3, output = $4::jsonb, error = $5, finished_at = clock_timestamp() WHERE run_id = $1 AND path = $2 AND status = 'waiting'`,
    [runId, path, result.status, savableJson(result.output), savable(result.error ?? '')],
  );
}
