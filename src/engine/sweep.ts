// The net under everything that is started after a commit: every few seconds this process shows that it lives, and
// starts what a crash left behind, here or on a replica that died. Fixed burst ids make a second start harmless.
import { messageOf } from '../model/errors.ts';
import { limitRun } from './cancel.ts';
import type { EngineContext } from './context.ts';
import { expire } from './decide.ts';
import type { Burst } from './launcher.ts';
import { endRun, lockRun, wakeLine } from './lines.ts';
import { settleStep } from './records.ts';

/** A line that had to be rescued this often has something wrong with it: the run fails with the reason. */
const MOST_RESCUES = 20;
/** A decision or a start is launched by its own process at once; only what stays behind is ours. */
const GRACE = `interval '2 seconds'`;
// What is due is asked by statement_timestamp(): clock_timestamp() may change within a statement, so no index could be used for it.

/** How often this process shows that it lives, within the time after which others think it dead. */
const BEATS_PER_LIMIT = 6;

export interface Sweeper {
  start(): void;
  stop(): Promise<void>;
  /** One round, for start-up and tests. */
  sweep(): Promise<void>;
}

export function createSweeper(context: EngineContext, settings: { sweepMs: number; heartbeatLimitMs: number }): Sweeper {
  let timer: NodeJS.Timeout | null = null;
  let beats: NodeJS.Timeout | null = null;
  let current: Promise<void> = Promise.resolve();
  let stopped = false;

  const sweep = async (): Promise<void> => {
    await wakeDue(context);
    await expireOverdue(context);
    await endOverdue(context);
    await rescue(context, settings.heartbeatLimitMs);
    await context.launcher().fetch();
  };

  const round = (): void => {
    current = sweep()
      .catch((error: unknown) => context.log.warn('sweep failed', { error: messageOf(error) }))
      .then(() => {
        if (!stopped) timer = setTimeout(round, settings.sweepMs);
      });
  };

  return {
    start: () => {
      round();
      // Apart from the rounds: a long one must not make others think that this process is dead.
      beats = setInterval(() => void context.executor.beat(), Math.min(settings.sweepMs, settings.heartbeatLimitMs / BEATS_PER_LIMIT));
    },
    stop: async () => {
      stopped = true;
      if (beats !== null) clearInterval(beats);
      if (timer !== null) clearTimeout(timer);
      await current;
    },
    sweep,
  };
}

/** Waits and retries whose time has come. Their timers do this on the second; a lost one is made up for here. */
async function wakeDue(context: EngineContext): Promise<void> {
  const { rows } = await context.store.query<{ run_id: string; line: string }>(
    `SELECT run_id, line FROM run_line WHERE due_at < statement_timestamp() - ${GRACE} LIMIT 500`,
  );
  for (const row of rows) await wakeWaiting(context, row.run_id, row.line);
}

/** Ends a wait if the database's clock says so. */
export async function wakeWaiting(context: EngineContext, runId: string, line: string): Promise<void> {
  const woken: Burst[] = [];
  await context.store.transaction(async (tx) => {
    woken.length = 0;
    const run = await lockRun(tx, runId);
    if (run === null || (run.status !== 'running' && run.status !== 'waiting')) return;
    const due = await tx.query('SELECT 1 FROM run_line WHERE run_id = $1 AND line = $2 AND due_at <= clock_timestamp() FOR UPDATE', [
      runId,
      line,
    ]);
    if (due.rows.length === 0) return;
    const waits = await tx.query<{ path: string }>(
      `SELECT path FROM run_step WHERE run_id = $1 AND line = $2 AND kind = 'wait' AND status = 'waiting'`,
      [runId, line],
    );
    for (const { path } of waits.rows) await settleStep(tx, runId, path, { status: 'done', output: {} });
    woken.push(await wakeLine(tx, runId, line, { byPerson: false }));
  });
  context.launcher().launch(woken);
}

async function expireOverdue(context: EngineContext): Promise<void> {
  const { rows } = await context.store.query<{ id: string }>(
    `SELECT id FROM approval WHERE outcome IS NULL AND expires_at < statement_timestamp() - ${GRACE} LIMIT 200`,
  );
  for (const { id } of rows) await expire(context, id);
}

/** Runs past their time limit whose timer was lost. */
async function endOverdue(context: EngineContext): Promise<void> {
  const { rows } = await context.store.query<{ id: string }>(
    `SELECT id FROM run WHERE finished_at IS NULL AND limit_at < statement_timestamp() - ${GRACE} LIMIT 200`,
  );
  for (const { id } of rows) await limitRun(context, id);
}

interface Stray {
  readonly run_id: string;
  readonly line: string;
  readonly burst: number;
  readonly epoch: number;
}

/**
 * Lines whose burst was begun and has nobody working on it get a new one; the number fences off whoever had the old one. A burst may be
 * known to DBOS though its line was never taken (a kill or a lost connection in between): starting its id again would do nothing for ever.
 */
async function rescue(context: EngineContext, heartbeatLimitMs: number): Promise<void> {
  const { rows } = await context.store.query<Stray>(
    `SELECT l.run_id, l.line, l.burst, l.epoch
     FROM (SELECT * FROM run_line WHERE burst > burst_done AND ready_at < statement_timestamp() - ${GRACE} ORDER BY by_person DESC, ready_at LIMIT 1000) l
     LEFT JOIN dbos.workflow_status w ON l.taken < l.burst AND w.workflow_uuid = l.run_id || ':' || l.line || ':' || l.burst
     LEFT JOIN executor e ON e.id = CASE WHEN l.taken = l.burst THEN l.owner ELSE w.executor_id END
     WHERE (l.taken = l.burst OR w.workflow_uuid IS NOT NULL)
       AND (e.id = $1 OR e.seen IS NULL OR e.seen < now() - $2::bigint * interval '1 millisecond')`,
    [context.executor.id, heartbeatLimitMs],
  );
  for (const row of rows) {
    const burst = { runId: row.run_id, line: row.line, n: row.burst };
    if (!context.launcher().isActive(row.run_id, row.line) && !context.durable().isRunning(burst))
      await rescueLine(context, burst, row.epoch);
  }
}

async function rescueLine(context: EngineContext, { runId, line, n }: Burst, epoch: number): Promise<void> {
  const woken: Burst[] = [];
  await context.store.transaction(async (tx) => {
    woken.length = 0;
    const run = await lockRun(tx, runId);
    if (run === null || (run.status !== 'running' && run.status !== 'waiting')) return;
    // Whoever took the line since it was looked at has another epoch, and goes on undisturbed.
    const { rows } = await tx.query<{ rescued: number }>(
      'SELECT rescued FROM run_line WHERE run_id = $1 AND line = $2 AND burst = $3 AND burst_done < $3 AND epoch = $4 FOR UPDATE',
      [runId, line, n, epoch],
    );
    const row = rows[0];
    if (row === undefined) return;
    if (row.rescued >= MOST_RESCUES) {
      const reason = `given up after ${MOST_RESCUES} interrupted attempts: see the log of the process for the cause`;
      await endRun(tx, run, {
        status: 'failed',
        summary: reason,
        error: reason,
        decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: '' },
        who: 'engine',
      });
      return;
    }
    await tx.query('UPDATE run_line SET burst = $3, ready_at = clock_timestamp(), rescued = rescued + 1 WHERE run_id = $1 AND line = $2', [
      runId,
      line,
      n + 1,
    ]);
    woken.push({ runId, line, n: n + 1 });
    context.log.warn('burst taken over', { runId, line, rescued: row.rescued + 1 });
  });
  context.launcher().launch(woken);
}
