// One call of one action: intent, call, outcome. What the process does between the three survives a kill at any point.
import { randomInt } from 'node:crypto';
import type { AuditEvent } from '../audit/audit.ts';
import type { ActionContext } from '../model/action.ts';
import { ActionError, messageOf } from '../model/errors.ts';
import type { ActionStep } from '../model/playbook.ts';
import type { EngineContext } from './context.ts';
import { stepKey } from './key.ts';
import type { Fence } from './lines.ts';
import { saveOutcome } from './outcome.ts';
import { type SavedStep, writeIntent } from './records.ts';

/** The run as its actions see it. */
export interface ActingRun {
  readonly rootRun: string;
  readonly run: ActionContext['run'];
  readonly incident: ActionContext['incident'];
  readonly place: ActionContext['place'];
}

export type Acted =
  /** The record to go on with. */
  | { readonly kind: 'record'; readonly record: SavedStep }
  /** The run ended or another execution has the line: nothing more may be done here. */
  | { readonly kind: 'stopped' };

interface Call {
  readonly step: ActionStep;
  readonly path: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly attempt: number;
  /** An earlier execution was cut off inside this attempt. */
  readonly cut: boolean;
}

/** Calls the action once. A failure comes back as a record; with `retryInMs` when it is to be repeated. */
export async function act(context: EngineContext, fence: Fence, acting: ActingRun, call: Call): Promise<Acted> {
  const { step, path, attempt } = call;
  const key = stepKey(acting.rootRun, path);
  if (!context.executor.mayAct()) return { kind: 'stopped' };
  const effect = context.catalogue.get(step.action)?.effect ?? 'read';
  const event = (kind: AuditEvent['kind'], error: string): AuditEvent => ({
    kind,
    who: 'engine',
    what: { run: fence.runId, path, attempt, action: step.action, effect, key, error },
  });
  // Before a destructive call, so that one that was cut off is in the audit too.
  const intended = effect === 'destructive' ? event('effect started', '') : null;
  if (!(await writeIntent(context.store, fence, { path, attempt, action: step.action, key, input: call.input }, intended)))
    return { kind: 'stopped' };
  // Frozen since it looked? Then others may be at it: the intent tells them that the call may have been made.
  if (!context.executor.mayAct()) return { kind: 'stopped' };
  const result = await execute(context, fence.runId, acting, call, key);
  const retryAfterMs = result.error === null || attempt >= step.retry.attempts ? null : retryDelay(step, attempt, result.error);
  const outcome = {
    path,
    attempt,
    status: result.error === null ? ('done' as const) : ('failed' as const),
    output: result.output,
    error: result.error === null ? '' : messageOf(result.error),
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  };
  if (result.error !== null)
    context.log.warn('step failed', { runId: fence.runId, path, action: step.action, attempt, error: outcome.error, retryAfterMs });
  const saved = await saveOutcome(context, fence, outcome, ({ status, error }) =>
    effect === 'read' ? null : event(status === 'done' ? 'effect done' : 'effect failed', error),
  );
  return saved === null
    ? { kind: 'stopped' }
    : { kind: 'record', record: { ...saved, line: fence.line, kind: 'action', retryInMs: saved.retryAfterMs ?? null } };
}

async function execute(
  context: EngineContext,
  runId: string,
  acting: ActingRun,
  call: Call,
  key: string,
): Promise<{ output: unknown; error: Error | null }> {
  const { step } = call;
  const action = context.catalogue.get(step.action);
  if (action === undefined)
    return { output: null, error: new ActionError(`there is no action ${step.action} any more`, { connector: 'engine' }) };
  const reason = context.catalogue.unavailable(step.action);
  if (reason !== '') return { output: null, error: new ActionError(reason, { connector: 'engine', action: step.action }) };

  const controller = new AbortController();
  context.aborts.add(runId, controller);
  const timer = setTimeout(() => controller.abort(new StepTimeout(step)), step.timeoutMs);
  try {
    const output = await Promise.race([
      action.run(call.input, {
        key,
        repeated: call.cut || call.attempt > 1,
        signal: controller.signal,
        run: acting.run,
        incident: acting.incident,
        place: acting.place,
        log: context.log.child({ runId, path: call.path, action: step.action }),
      }),
      // An action that does not listen to its signal must not hold the run for ever.
      aborted(controller.signal),
    ]);
    return { output, error: null };
  } catch (error) {
    // Whatever an aborted call threw, the reason is the abort.
    const reason = controller.signal.aborted && controller.signal.reason instanceof Error ? controller.signal.reason : error;
    return { output: null, error: reason instanceof Error ? reason : new Error(messageOf(reason)) };
  } finally {
    clearTimeout(timer);
    context.aborts.remove(runId, controller);
  }
}

/** The call was cut off by its limit: it may have been done, so a repetition looks first. */
class StepTimeout extends ActionError {
  constructor(step: ActionStep) {
    super(`no answer within ${Math.round(step.timeoutMs / 1000)} s`, {
      connector: step.action.split('.')[0] ?? '',
      action: step.action,
      retryable: true,
    });
  }
}

async function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted')), { once: true });
  });
}

function retryDelay(step: ActionStep, attempt: number, error: Error): number | null {
  if (!(error instanceof ActionError) || !error.retryable) return null;
  const backoff = Math.min(step.retry.delayMs * step.retry.factor ** (attempt - 1), step.retry.maxDelayMs);
  // Jitter of a quarter, so that what failed together does not come back together.
  const jittered = backoff * (1 + randomInt(0, 250) / 1000);
  return Math.max(jittered, error.retryAfterMs ?? 0);
}
