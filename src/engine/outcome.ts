// The answer of a call that was made: kept until it is saved, because a call whose answer is lost is made again.
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { AuditEvent } from '../audit/audit.ts';
import { messageOf } from '../model/errors.ts';
import type { EngineContext } from './context.ts';
import type { Fence } from './lines.ts';
import { type Outcome, writeOutcome } from './records.ts';

/** Longer than a database needs to fail over; then the line is left to the sweep. */
const KEPT_MS = 60_000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;

/** What the audit says of an outcome, null when it is not worth an entry. */
export type Tell = (outcome: Outcome) => AuditEvent | null;

/** Saves it over lost connections. The outcome as it was saved; null when another execution has taken the line meanwhile. */
export async function saveOutcome(context: EngineContext, fence: Fence, outcome: Outcome, tell: Tell): Promise<Outcome | null> {
  const deadline = performance.now() + KEPT_MS;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return (await writeOutcome(context.store, fence, outcome, tell(outcome))) ? outcome : null;
    } catch (error) {
      if (isUnsavable(error)) return saveRefusal(context, fence, outcome, { error, tell });
      if (context.store.pool.ending || performance.now() > deadline) throw error;
      context.log.warn('the answer of a call could not be saved yet', { runId: fence.runId, path: outcome.path, error: messageOf(error) });
      await sleep(pause);
    }
  }
}

/** No table takes it, whenever it is tried: too deep, too long, not JSON. */
function isUnsavable(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code?.startsWith('22') === true || error.code?.startsWith('54') === true;
  return error instanceof TypeError || error instanceof RangeError;
}

async function saveRefusal(
  context: EngineContext,
  fence: Fence,
  { path, attempt }: Outcome,
  { error, tell }: { readonly error: unknown; readonly tell: Tell },
): Promise<Outcome | null> {
  const refusal: Outcome = {
    path,
    attempt,
    status: 'failed',
    output: null,
    error: `the call was made and answered, and the answer cannot be saved: ${messageOf(error)}`,
  };
  return (await writeOutcome(context.store, fence, refusal, tell(refusal))) ? refusal : null;
}
