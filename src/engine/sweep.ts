// The net under everything that is started after a commit: every few seconds this process shows that it lives, and
// starts what a crash left behind, here or on a replica that died. Fixed burst ids make a second start harmless.
import { messageOf } from '../model/errors.ts';
import type { EngineContext } from './context.ts';
import { expire } from './decide.ts';
import type { Burst } from './launcher.ts';
import { endRun, lockRun, wakeLine } from './lines.ts';
import { settleStep } from './records.ts';

/** A line that had to be rescued this often has something wrong with it: the run fails with the reason. */
const MOST_RESCUES = 20;
/** A decision or a start is launched by its own process at once; only what stays behind is ours. */
const GRACE = `interval '2 seconds'`;

export interface Sweeper {
  start(): void;
  stop(): Promise<void>;
  /** One round, for start-up and tests. */
  sweep(): Promise<void>;
}

export function createSweeper(context: EngineContext, settings: { sweepMs: number; heartbeatLimitMs: number }): Sweeper {
  let timer: NodeJS.Timeout | null = null;
  let current: Promise<void> = Promise.resolve();
  let stopped = false;

  const sweep = async (): Promise<void> => {
    await context.executor.beat();
    await wakeDue(context);
    await expireOverdue(context);
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
    start: round,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await current;
    },
    sweep,
  };
}

/** Waits and retries whose time has come. Their timers do this on the second; a lost one is made up for here. */
async function wakeDue(context: EngineContext): Promise<void> {
  const { rows } = await context.store.query<{ run_id: string; line: string }>(
    `SELECT run_id, line FROM run_line WHERE due_at < clock_timestamp() - ${GRACE} LIMIT 500`,
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
    `SELECT id FROM approval WHERE outcome IS NULL AND expires_at < clock_timestamp() - ${GRACE} LIMIT 200`,
  );
  for (const { id } of rows) await expire(context, id);
}

/** Lines that were begun and have nobody working on them get a new burst; the number fences off whoever had the old one. */
async function rescue(context: EngineContext, heartbeatLimitMs: number): Promise<void> {
  const { rows } = await context.store.query<{ run_id: string; line: string; owner: string; rescued: number }>(
    `SELECT l.run_id, l.line, l.owner, l.rescued FROM run_line l LEFT JOIN executor e ON e.id = l.owner
     WHERE l.burst > l.burst_done AND l.taken = l.burst AND l.ready_at < clock_timestamp() - ${GRACE}
       AND (l.owner = $1 OR e.seen IS NULL OR e.seen < now() - $2::bigint * interval '1 millisecond') LIMIT 200`,
    [context.executor.id, heartbeatLimitMs],
  );
  for (const row of rows) {
    if (row.owner === context.executor.id && context.launcher().isActive(row.run_id, row.line)) continue;
    await rescueLine(context, row.run_id, row.line, row.rescued);
  }
}

async function rescueLine(context: EngineContext, runId: string, line: string, rescued: number): Promise<void> {
  const woken: Burst[] = [];
  await context.store.transaction(async (tx) => {
    woken.length = 0;
    const run = await lockRun(tx, runId);
    if (run === null || (run.status !== 'running' && run.status !== 'waiting')) return;
    if (rescued >= MOST_RESCUES) {
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
    const { rows } = await tx.query<{ burst: number }>(
      `UPDATE run_line SET burst = burst + 1, ready_at = clock_timestamp(), rescued = rescued + 1
       WHERE run_id = $1 AND line = $2 AND burst > burst_done AND taken = burst RETURNING burst`,
      [runId, line],
    );
    const row = rows[0];
    if (row !== undefined) woken.push({ runId, line, n: row.burst });
  });
  context.log.warn('burst taken over', { runId, line, rescued: rescued + 1 });
  context.launcher().launch(woken);
}
