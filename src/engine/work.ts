// What a burst works from, and the one way to write its end.
import type { Playbook, Scope } from '../model/playbook.ts';
import type { Tx } from '../store/db.ts';
import type { ActingRun } from './act.ts';
import type { EngineContext } from './context.ts';
import { type Fence, holdLine, type LockedRun, lockRun } from './lines.ts';
import type { SavedStep } from './records.ts';

/** Everything a burst works from, read once it holds its line. */
export interface Work extends ActingRun {
  readonly fence: Fence;
  readonly playbook: Playbook;
  readonly scope: Scope;
  readonly records: Map<string, SavedStep>;
  /** Action steps whose call was cut off: their attempt is repeated. */
  readonly cut: Map<string, number>;
  readonly incidentId: string | null;
  /** A person started it, no rule. */
  readonly byPerson: boolean;
}

/** Runs `write` under the run's lock if the run is still active and this execution still owns its line. */
export async function parking(context: EngineContext, work: Work, write: (tx: Tx, run: LockedRun) => Promise<void>): Promise<boolean> {
  const written = await context.store.transaction(async (tx) => {
    const [run, held] = await Promise.all([lockRun(tx, work.fence.runId), holdLine(tx, work.fence)]);
    if (run === null || (run.status !== 'running' && run.status !== 'waiting') || !held) return false;
    await write(tx, run);
    return true;
  });
  if (written) context.ports.shown();
  return written;
}
