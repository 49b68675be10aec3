// Queues an isolation or a release once, and follows it for a moment. Each call to Defender queues another action, so the comment carries
// the step's key, and what is pending or done already is looked for first.
import type { ActionContext } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import type { DefenderClient, Machine, MachineAction } from './client.ts';

export interface Wanted {
  readonly machine: Machine;
  /** As Defender names the action. */
  readonly type: 'Isolate' | 'Unisolate';
  /** For messages: `isolate`, `release`. */
  readonly verb: string;
  readonly comment: string;
  queue(comment: string): Promise<MachineAction>;
}

export async function requestAction(defender: DefenderClient, wanted: Wanted, context: ActionContext) {
  const { machine, type } = wanted;
  const mark = `[picket-${context.key.slice(0, 16)}]`;
  const is = (action: MachineAction): boolean => action.type.toLowerCase() === type.toLowerCase();
  const isOurs = (action: MachineAction): boolean => is(action) && action.requestorComment.includes(mark);
  const actions = await defender.actionsOf(machine.id, context.signal);
  const ours = actions.find(isOurs);
  const [newest] = actions.filter((action) => isPending(action) || action.status.toLowerCase() === 'succeeded');
  if (ours === undefined && newest !== undefined && is(newest)) {
    return outputOf(machine, await follow(defender, newest, wanted, context.signal), { changed: false });
  }
  const action = ours ?? (await queueOnce(defender, wanted, { mark, isOurs, is, context }));
  return outputOf(machine, await follow(defender, action, wanted, context.signal), { changed: isOurs(action) });
}

interface Recognise {
  readonly mark: string;
  readonly isOurs: (action: MachineAction) => boolean;
  readonly is: (action: MachineAction) => boolean;
  readonly context: ActionContext;
}

async function queueOnce(defender: DefenderClient, wanted: Wanted, { mark, isOurs, is, context }: Recognise): Promise<MachineAction> {
  const { signal, run } = context;
  try {
    return await wanted.queue(
      `${[wanted.comment, `Picket run ${run.number}: ${run.url}`].filter((part) => part !== '').join(' - ')} ${mark}`,
    );
  } catch (error) {
    if (!(error instanceof CallError) || signal.aborted) throw error;
    // 400 "already in progress" is told by nothing but its text; whether an action is pending is asked instead.
    if (!error.lost && error.status !== 400 && error.status !== 409) throw error;
    const actions = await defender.actionsOf(wanted.machine.id, signal);
    const found = actions.find(isOurs) ?? actions.find((action) => is(action) && isPending(action));
    if (found !== undefined) return found;
    if (!error.lost) throw error;
    throw new ActionError(`${error.message} No such action was found on ${wanted.machine.computerDnsName}, so it can be tried again.`, {
      connector: 'defender',
      retryable: true,
      retryAfterMs: 5000,
      cause: error,
    });
  }
}

/** Looks again for a short while: a machine that is on answers in seconds, one that is off may take days, and nobody waits for that. */
async function follow(defender: DefenderClient, action: MachineAction, wanted: Wanted, signal: AbortSignal): Promise<MachineAction> {
  let now = action;
  for (let waited = 0; isPending(now) && waited < defender.follow.followMs; waited += defender.follow.lookMs) {
    await pause(defender.follow.lookMs, signal);
    now = await defender.action(now.id, signal);
  }
  if (isPending(now) || now.status.toLowerCase() === 'succeeded') return now;
  throw new ActionError(
    `Defender could not ${wanted.verb} ${wanted.machine.computerDnsName}: the action ended as ${now.status}. See action ${now.id} in the portal.`,
    {
      connector: 'defender',
    },
  );
}

function isPending(action: MachineAction): boolean {
  return ['pending', 'inprogress'].includes(action.status.toLowerCase());
}

function outputOf(machine: Machine, action: MachineAction, { changed }: { readonly changed: boolean }) {
  return { machine: machine.id, name: machine.computerDnsName, action: action.id, status: action.status, changed };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
