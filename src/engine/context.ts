// What every part of the engine works with; made once by createEngine.
import type { ActionCatalogue } from '../model/action.ts';
import type { Log } from '../model/log.ts';
import type { Place } from '../model/place.ts';
import type { Ask, Playbook } from '../model/playbook.ts';
import type { Store } from '../store/db.ts';
import type { Durable } from './dbos.ts';
import type { Executor } from './executor.ts';
import type { Launcher } from './launcher.ts';

/** What the engine needs of the rooms above it. */
export interface EnginePorts {
  /** Every place where the question is shown: channels, mails, direct messages. */
  askPlaces(ask: Ask): Promise<readonly Place[]>;
  /** Something shown has changed and is committed: the outbox may look. */
  shown(): void;
  /** Address of a run's log, without a person's signature. */
  runUrl(runId: string): string;
}

export interface EngineContext {
  readonly store: Store;
  readonly catalogue: ActionCatalogue;
  /** The playbooks that can be started now, by name. */
  readonly playbooks: () => ReadonlyMap<string, Playbook>;
  /** Reads the text saved with a run; throws PlaybookError when it no longer loads. */
  readonly parse: (text: string, name: string) => Playbook;
  readonly ports: EnginePorts;
  readonly log: Log;
  readonly durable: () => Durable;
  readonly launcher: () => Launcher;
  readonly executor: Executor;
  readonly aborts: Aborts;
}

/** The calls under way in this process, by run, so that a cancel reaches them. */
export interface Aborts {
  add(runId: string, controller: AbortController): void;
  remove(runId: string, controller: AbortController): void;
  abort(runId: string): void;
}

export function createAborts(): Aborts {
  const byRun = new Map<string, Set<AbortController>>();
  return {
    add: (runId, controller) => {
      const known = byRun.get(runId) ?? new Set();
      byRun.set(runId, known.add(controller));
    },
    remove: (runId, controller) => {
      const known = byRun.get(runId);
      known?.delete(controller);
      if (known?.size === 0) byRun.delete(runId);
    },
    abort: (runId) => {
      for (const controller of byRun.get(runId) ?? []) controller.abort(new Error('the run was cancelled'));
    },
  };
}
