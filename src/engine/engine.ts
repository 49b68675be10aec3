// The engine, built and launched: durable runs that start, advance, wait, are answered and end.

import type { ActionCatalogue } from '../model/action.ts';
import { messageOf, type Refusal } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Playbook } from '../model/playbook.ts';
import type { Answered, StartRun } from '../model/run.ts';
import type { Store, Tx } from '../store/db.ts';
import { advance } from './burst.ts';
import { cancelRun, limitRun } from './cancel.ts';
import { createAborts, type EngineContext, type EnginePorts } from './context.ts';
import { type Durable, launchDurable, type TimerCall } from './dbos.ts';
import { type Answer, decide, expire } from './decide.ts';
import { takeExecutor } from './executor.ts';
import { createLauncher, type Launcher } from './launcher.ts';
import { type Started, startIn } from './start.ts';
import { createSweeper, wakeWaiting } from './sweep.ts';

export interface Engine {
  /** Id of this process among the replicas. */
  readonly executorId: string;
  /** Saves a run and starts it. The same `key` again answers the run that stands. */
  start(request: StartRun): Promise<Started | Refusal>;
  /** The same inside a caller's transaction; call `launch` with its answer after the commit. */
  startIn(tx: Tx, request: StartRun): Promise<Started | Refusal>;
  launch(started: Started): void;
  decide(answer: Answer): Promise<Answered>;
  cancel(runId: string, by: { readonly id: string; readonly name: string }): Promise<{ readonly cancelled: true } | Refusal>;
  /** Deletes workflow rows of ended bursts older than this; answers how many. */
  prune(olderThanMs: number): Promise<number>;
  /** False when this process missed its own heartbeat and starts no effect. */
  mayAct(): boolean;
  /** Bursts under way in this process. */
  active(): number;
  stop(): Promise<void>;
}

export interface EngineSettings {
  readonly url: string;
  readonly store: Store;
  readonly catalogue: ActionCatalogue;
  readonly playbooks: () => ReadonlyMap<string, Playbook>;
  readonly parse: (text: string, name: string) => Playbook;
  readonly ports: EnginePorts;
  readonly limits: { readonly maxBursts: number; readonly sweepMs: number; readonly heartbeatLimitMs: number };
  readonly log: Log;
  /** The reminder of an approval is due. */
  readonly remind: (approvalId: string) => Promise<void>;
}

/** Takes an executor id, launches DBOS (which recovers what this id left behind) and starts the sweep. One per process. */
export async function createEngine(settings: EngineSettings): Promise<Engine> {
  const { store, log, limits } = settings;
  const executor = await takeExecutor({ url: settings.url, heartbeatLimitMs: limits.heartbeatLimitMs, log });
  let durable: Durable | undefined;
  let launcher: Launcher | undefined;
  const context: EngineContext = {
    store,
    catalogue: settings.catalogue,
    playbooks: settings.playbooks,
    parse: cached(settings.parse, settings.playbooks()),
    ports: settings.ports,
    log,
    executor,
    aborts: createAborts(),
    durable: () => present(durable),
    launcher: () => present(launcher),
  };
  launcher = createLauncher({ db: store, most: limits.maxBursts, run: async (burst) => present(durable).runBurst(burst), log });
  durable = await launchDurable({
    url: settings.url,
    db: store,
    executorId: executor.id,
    log,
    advance: async (burst) => advance(context, burst),
    timer: async (call) => ring(context, call, settings.remind),
  });
  const sweeper = createSweeper(context, limits);
  sweeper.start();

  return {
    executorId: executor.id,
    start: async (request) => {
      const started = await store.transaction(async (tx) => startIn(context, tx, request));
      if (!('refused' in started)) launch(context, started);
      return started;
    },
    startIn: async (tx, request) => startIn(context, tx, request),
    launch: (started) => launch(context, started),
    decide: async (answer) => decide(context, answer),
    cancel: async (runId, by) => cancelRun(context, runId, by),
    prune: async (olderThanMs) => present(durable).prune(olderThanMs),
    mayAct: () => executor.mayAct(),
    active: () => present(launcher).active(),
    stop: async () => {
      await sweeper.stop();
      await present(launcher).drain(10_000);
      await present(durable).shutdown();
      await executor.release();
    },
  };
}

function launch(context: EngineContext, started: Started): void {
  context.launcher().launch(started.bursts);
  context.ports.shown();
}

async function ring(context: EngineContext, call: TimerCall, remind: (approvalId: string) => Promise<void>): Promise<void> {
  try {
    if (call.kind === 'expire') await expire(context, call.approvalId);
    else if (call.kind === 'wake') await wakeWaiting(context, call.runId, call.line);
    else if (call.kind === 'limit') await limitRun(context, call.runId);
    else await remind(call.approvalId);
  } catch (error) {
    // The sweep asks again for what is due.
    context.log.warn('timer failed', { ...call, error: messageOf(error) });
  }
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the engine is not launched yet');
  return value;
}

/** Parsing is the slow part of a burst; the text of a run never changes. What can be started now is known already, so the first click need not wait for it. */
function cached(parse: EngineContext['parse'], loaded: ReadonlyMap<string, Playbook>): EngineContext['parse'] {
  const known = new Map([...loaded.values()].map((playbook) => [playbook.text, playbook]));
  return (text, name) => {
    const found = known.get(text);
    if (found !== undefined) return found;
    const playbook = parse(text, name);
    if (known.size >= 200) known.clear();
    known.set(text, playbook);
    return playbook;
  };
}
