// The lines of a run and the run's own state, changed under locks only. Lock order: run, approval, line, surface.
import { recordAudit } from '../audit/audit.ts';
import type { Decision, RunStatus } from '../model/run.ts';
import { raiseSurfaces } from '../outbox/surfaces.ts';
import type { Db, Tx } from '../store/db.ts';
import { savable } from '../store/savable.ts';
import type { Burst } from './launcher.ts';

export interface LockedRun {
  readonly id: string;
  readonly number: number;
  readonly playbook: string;
  readonly status: RunStatus;
  readonly incidentId: string | null;
}

/** The fence of one execution: every write of it carries the epoch it took, and a write that finds another epoch does nothing. */
export interface Fence {
  readonly runId: string;
  readonly line: string;
  readonly n: number;
  readonly epoch: number;
}

// Statements of one transaction that do not need each other's answers are given together, one after the other on the one connection:
// the order in the text is the order in the database. A statement that fails makes those behind it fail.

/** Locks the run against every other writer; null when there is none. */
export async function lockRun(tx: Tx, runId: string): Promise<LockedRun | null> {
  return lockWhere(tx, 'id = $1', runId);
}

/** Locks the run that asks. */
export async function lockRunOf(tx: Tx, approvalId: string): Promise<LockedRun | null> {
  return lockWhere(tx, 'id = (SELECT run_id FROM approval WHERE id = $1)', approvalId);
}

async function lockWhere(tx: Tx, condition: string, id: string): Promise<LockedRun | null> {
  const { rows } = await tx.query<{ id: string; number: string; playbook: string; status: RunStatus; incident_id: string | null }>(
    `SELECT id, number, playbook, status, incident_id FROM run WHERE ${condition} FOR UPDATE`,
    [id],
  );
  const row = rows[0];
  if (row === undefined) return null;
  return { id: row.id, number: Number(row.number), playbook: row.playbook, status: row.status, incidentId: row.incident_id };
}

/** True when this execution still owns its line; locks it until the transaction ends. */
export async function holdLine(tx: Tx, fence: Fence): Promise<boolean> {
  const { rows } = await tx.query('SELECT 1 FROM run_line WHERE run_id = $1 AND line = $2 AND epoch = $3 FOR UPDATE', [
    fence.runId,
    fence.line,
    fence.epoch,
  ]);
  return rows.length === 1;
}

/** Ends this burst; the line waits. `afterMs` sets the time at which it is due by itself, on the database's clock. */
export async function parkLine(tx: Tx, fence: Fence, options: { readonly afterMs?: number } = {}): Promise<void> {
  await tx.query(
    `UPDATE run_line SET burst_done = $3, state = 'waiting', due_at = CASE WHEN $4::bigint IS NULL THEN NULL ELSE clock_timestamp() + $4::bigint * interval '1 millisecond' END
     WHERE run_id = $1 AND line = $2`,
    [fence.runId, fence.line, fence.n, options.afterMs === undefined ? null : Math.ceil(options.afterMs)],
  );
}

/** Makes a waiting line runnable. The answer is started after the commit. */
export async function wakeLine(tx: Tx, runId: string, line: string, options: { readonly byPerson: boolean }): Promise<Burst> {
  const raising = tx.query<{ burst: number }>(
    `UPDATE run_line SET burst = burst + 1, state = 'ready', by_person = by_person OR $3, ready_at = clock_timestamp(), due_at = NULL WHERE run_id = $1 AND line = $2 RETURNING burst`,
    [runId, line, options.byPerson],
  );
  const [{ rows }] = await Promise.all([
    raising,
    tx.query(`UPDATE run SET status = 'running' WHERE id = $1 AND status = 'waiting'`, [runId]),
  ]);
  const row = rows[0];
  if (row === undefined) throw new Error(`run ${runId} has no line ${line}`);
  return { runId, line, n: row.burst };
}

/** After a line parked: the run waits when none of its lines can go on. */
export async function showWaiting(tx: Tx, run: LockedRun, summary: string): Promise<void> {
  const written = tx.query(
    `UPDATE run SET summary = $2, status = CASE WHEN EXISTS (SELECT 1 FROM run_line WHERE run_id = $1 AND burst > burst_done) THEN 'running' ELSE 'waiting' END WHERE id = $1`,
    [run.id, savable(summary)],
  );
  await Promise.all([written, showRun(tx, run, { byPerson: false })]);
}

/** After a branch ended: when all that is left waits, the run does. */
export async function showIdle(tx: Tx, run: LockedRun): Promise<void> {
  const { rowCount } = await tx.query(
    `UPDATE run SET status = 'waiting' WHERE id = $1 AND status = 'running' AND NOT EXISTS (SELECT 1 FROM run_line WHERE run_id = $1 AND burst > burst_done)`,
    [run.id],
  );
  if (rowCount === 1) await showRun(tx, run, { byPerson: false });
}

/** Every card that shows the run must be drawn anew. */
export async function showRun(
  db: Db,
  run: { readonly id: string; readonly incidentId: string | null },
  options: { readonly byPerson: boolean },
): Promise<void> {
  const raised = raiseSurfaces(db, { kind: 'run', id: run.id }, options);
  const incident = run.incidentId === null ? null : raiseSurfaces(db, { kind: 'incident', id: run.incidentId }, options);
  await Promise.all([raised, incident]);
}

/** Ends the run for good: lines stop, open approvals close, what waits is crossed out, every card is told. */
export async function endRun(
  tx: Tx,
  run: LockedRun,
  end: { readonly status: RunStatus; readonly summary: string; readonly error?: string; readonly decision: Decision; readonly who: string },
): Promise<void> {
  const { rows } = await tx.query<{ id: string }>('SELECT id FROM approval WHERE run_id = $1 AND outcome IS NULL ORDER BY id FOR UPDATE', [
    run.id,
  ]);
  for (const { id } of rows) await closeApproval(tx, id, end.decision);
  const lines = tx.query(`UPDATE run_line SET burst_done = burst, state = 'done', due_at = NULL WHERE run_id = $1`, [run.id]);
  const steps = tx.query(
    `UPDATE run_step SET status = 'skipped', error = $2, finished_at = clock_timestamp() WHERE run_id = $1 AND status = 'waiting'`,
    [run.id, end.status === 'succeeded' ? '' : savable(end.summary)],
  );
  const ended = tx.query('UPDATE run SET status = $2, summary = $3, error = $4, finished_at = clock_timestamp() WHERE id = $1', [
    run.id,
    end.status,
    savable(end.summary),
    savable(end.error ?? ''),
  ]);
  const audited = recordAudit(tx, {
    kind: end.status === 'cancelled' ? 'run cancelled' : 'run ended',
    who: end.who,
    what: { run: run.id, number: run.number, playbook: run.playbook, status: end.status, summary: end.summary },
  });
  await Promise.all([lines, steps, ended, audited, showRun(tx, run, { byPerson: end.who !== 'engine' })]);
}

/** Writes how an approval ended; the caller holds its lock. Its cards lose their buttons. Answers when it was, as the database has it. */
export async function closeApproval(tx: Tx, approvalId: string, decision: Decision): Promise<string> {
  const closed = tx.query('UPDATE approval SET outcome = $2 WHERE id = $1', [approvalId, decision.outcome]);
  const decided = tx.query<{ at: Date }>(
    'INSERT INTO decision (approval_id, outcome, choice, by, via) VALUES ($1, $2, $3, $4, $5) RETURNING at',
    [approvalId, decision.outcome, decision.choice, JSON.stringify(decision.by), decision.via],
  );
  const audited = recordAudit(tx, {
    kind: 'decision',
    who: decision.by.join(', ') || decision.via,
    what: { approval: approvalId, outcome: decision.outcome, choice: decision.choice, via: decision.via },
  });
  const raised = raiseSurfaces(tx, { kind: 'approval', id: approvalId }, { byPerson: decision.by.length > 0, closed: true });
  const [{ rows }] = await Promise.all([decided, closed, audited, raised]);
  const row = rows[0];
  if (row === undefined) throw new Error(`the decision on approval ${approvalId} was not saved`);
  return row.at.toISOString();
}
