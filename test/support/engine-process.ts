// A process with an engine and one real action over HTTP, driven over IPC so that a test can kill it at any instant.
import { z } from 'zod';
import { createEngine, type Engine } from '../../src/engine/engine.ts';
import { type Action, type ActionCatalogue, defineAction } from '../../src/model/action.ts';
import { makeEntity } from '../../src/model/entities.ts';
import { ActionError } from '../../src/model/errors.ts';
import type { Playbook } from '../../src/model/playbook.ts';
import { parsePlaybook } from '../../src/playbooks/load.ts';
import { openStore, type Store } from '../../src/store/db.ts';
import { quietLog } from './quiet-log.ts';

export interface EngineSetup {
  readonly databaseUrl: string;
  readonly effectsUrl: string;
  readonly playbooks: readonly string[];
  readonly heartbeatLimitMs?: number;
  readonly maxBursts?: number;
  readonly sweepMs?: number;
}

export type EngineCall =
  | { readonly method: 'start'; readonly playbook: string; readonly key: string; readonly target?: string }
  | { readonly method: 'decide'; readonly approvalId: string; readonly person: string; readonly choice: string; readonly eligible?: number }
  | { readonly method: 'cancel'; readonly runId: string }
  /** Kills this process right after the next transaction has committed, before anything else happens. */
  | { readonly method: 'die-after-commit' }
  | { readonly method: 'stop' };

/** Builds the engine; used in a process of its own and, by tests without kills, in the test's process. */
export async function buildEngine(
  setup: EngineSetup,
): Promise<{ engine: Engine; store: Store; catalogue: ActionCatalogue; call: (call: EngineCall) => Promise<unknown> }> {
  const opened = openStore({ url: setup.databaseUrl, log: quietLog });
  let armed = false;
  const store: Store = {
    ...opened,
    transaction: async (work) => {
      const result = await opened.transaction(work);
      if (armed) process.kill(process.pid, 'SIGKILL');
      return result;
    },
  };
  const catalogue = effectCatalogue(setup.effectsUrl);
  const parse = (text: string, name: string): Playbook =>
    parsePlaybook(text, `${name}.yaml`, { catalogue, roles: ['analyst', 'admin'], channels: ['soc'] });
  const playbooks = new Map(setup.playbooks.map((text) => parse(text, 'test')).map((playbook) => [playbook.name, playbook]));
  const engine = await createEngine({
    url: setup.databaseUrl,
    store,
    catalogue,
    playbooks: () => playbooks,
    parse,
    ports: {
      askPlaces: async (ask) =>
        ask.channels.map((channel) => ({ platform: 'console', tenant: 'local', conversation: channel, thread: '', person: '' })),
      shown: () => undefined,
      runUrl: (id) => `https://picket.example.com/runs/${id}`,
    },
    limits: { maxBursts: setup.maxBursts ?? 50, sweepMs: setup.sweepMs ?? 300, heartbeatLimitMs: setup.heartbeatLimitMs ?? 30_000 },
    log: quietLog,
    remind: async () => undefined,
  });
  const call = async (given: EngineCall): Promise<unknown> => {
    switch (given.method) {
      case 'start':
        return engine.start({
          playbook: given.playbook,
          subject: { kind: 'entity', entity: makeEntity('ip', { address: given.target ?? '203.0.113.9' }), incidentId: '' },
          incident: null,
          inputs: {},
          cause: { kind: 'person', person: 'ana', via: 'console' },
          place: null,
          key: given.key,
        });
      case 'decide':
        return engine.decide({
          approvalId: given.approvalId,
          person: { id: given.person, name: given.person },
          choice: given.choice,
          via: 'console',
          eligible: given.eligible ?? null,
        });
      case 'cancel':
        return engine.cancel(given.runId, { id: 'ana', name: 'Ana' });
      case 'die-after-commit':
        armed = true;
        return null;
      case 'stop':
        await engine.stop();
        await opened.close();
        return null;
    }
  };
  return { engine, store, catalogue, call };
}

function effectCatalogue(url: string): ActionCatalogue {
  const effect = defineAction({
    name: 'fake.effect',
    description: 'Posts its name to the test',
    effect: 'write',
    input: z.object({ name: z.string() }),
    output: z.object({ name: z.string() }),
    describe: (input) => `post ${input.name}`,
    run: async (input, context) => {
      const response = await fetch(url, {
        method: 'POST',
        body: JSON.stringify({ name: input.name, key: context.key, repeated: context.repeated }),
        signal: context.signal,
      });
      if (!response.ok)
        throw new ActionError(`the test answered ${response.status}`, { connector: 'fake', retryable: response.status === 503 });
      return { name: input.name };
    },
  });
  const actions: readonly Action[] = [effect];
  return { get: (name) => actions.find((action) => action.name === name), list: () => actions, unavailable: () => '' };
}

// As a child process: set-up comes first, then calls, each answered with its number.
if (process.send !== undefined && process.argv[2] === 'engine') {
  let call: ((given: EngineCall) => Promise<unknown>) | undefined;
  process.on('message', (message: { id: number; setup?: EngineSetup; call?: EngineCall }) => {
    const work = async (): Promise<unknown> => {
      if (message.setup !== undefined) {
        call = (await buildEngine(message.setup)).call;
        return null;
      }
      return message.call === undefined ? null : call?.(message.call);
    };
    work().then(
      (result) => process.send?.({ id: message.id, result: result ?? null }),
      (error: unknown) =>
        process.send?.({ id: message.id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
}
