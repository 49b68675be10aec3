// Ending a run from outside: a person cancels it, or its time limit has come. Takes the locks that a click takes, so one of them wins.
import { type Refusal, refuse } from '../model/errors.ts';
import { isEnded } from '../model/run.ts';
import type { EngineContext } from './context.ts';
import { endRun, lockRun } from './lines.ts';

/** Cancels the run. What was called already is not taken back; a call under way is aborted and its record kept. */
export async function cancelRun(
  context: EngineContext,
  runId: string,
  by: { readonly id: string; readonly name: string },
): Promise<{ readonly cancelled: true } | Refusal> {
  const result = await context.store.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null) return refuse('There is no such run.', 'See /playbook runs.');
    if (isEnded(run.status)) return refuse(`Run ${run.number} has already ended: ${run.status}.`);
    await endRun(tx, run, {
      status: 'cancelled',
      summary: `cancelled by ${by.name}`,
      decision: { outcome: 'cancelled', choice: '', by: [by.name], via: 'engine', at: '' },
      who: by.id,
    });
    return { cancelled: true as const };
  });
  if ('cancelled' in result) context.aborts.abort(runId);
  context.ports.shown();
  return result;
}

/** Fails the run if its own time limit has passed by the database's clock. Does nothing when it has ended. */
export async function limitRun(context: EngineContext, runId: string): Promise<void> {
  const stopped = await context.store.transaction(async (tx) => {
    const run = await lockRun(tx, runId);
    if (run === null || isEnded(run.status)) return false;
    const { rows } = await tx.query('SELECT 1 FROM run WHERE id = $1 AND limit_at <= clock_timestamp()', [runId]);
    if (rows.length === 0) return false;
    const summary = 'stopped at its time limit';
    await endRun(tx, run, {
      status: 'failed',
      summary,
      error: summary,
      decision: { outcome: 'cancelled', choice: '', by: [], via: 'timer', at: '' },
      who: 'timer',
    });
    return true;
  });
  if (!stopped) return;
  context.aborts.abort(runId);
  context.ports.shown();
}
