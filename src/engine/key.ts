// Idempotency keys: the same for every repetition of one step of one run, different for everything else.
import { createHash } from 'node:crypto';

/**
 * Key of a step, 64 hex digits. `rootRun` stays over retries of a run and is new for a rerun; `path` holds every loop index
 * and branch; `direction` tells doing from undoing.
 */
export function stepKey(rootRun: string, path: string, direction: 'do' | 'undo' = 'do'): string {
  return createHash('sha256').update(`${rootRun}\n${path}\n${direction}`).digest('hex');
}
