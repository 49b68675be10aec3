// Worlds to call connectors in: the stand-ins behind a proxy that fails on demand, and settings of one connector alone.
import { z } from 'zod';
import { createCatalogue } from '../../src/connectors/registry.ts';
import { type ParsedIncident, parseIncidentTrigger } from '../../src/connectors/sentinel/parse.ts';
import type { ActionContext } from '../../src/model/action.ts';
import type { ConnectorSettings } from '../../src/model/settings.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { ConnectorWorld, Faults } from '../contracts/connector.ts';
import { type FaultProxy, startFaultProxy } from '../contracts/fault-proxy.ts';
import { judgeSandbox } from '../support/judge.ts';
import { quietLog } from '../support/quiet-log.ts';
import { contextOf, QUICK, silentChat } from './context.ts';

export function nothingBut(settings: Partial<ConnectorSettings>): ConnectorSettings {
  const http = { allowedHosts: [], allowedPrivateHosts: [] };
  return { azure: null, sentinel: null, entra: null, defender: null, servicenow: null, paloalto: null, email: null, http, ...settings };
}

/** Faults on every call but the sign-in; `effect` is the call (`METHOD /path`) that changes something. */
export function httpFaults(proxy: FaultProxy, effect: RegExp): Pick<ConnectorWorld, 'attempts'> & { readonly faults: Faults } {
  const any = /^(?!POST \S*\/oauth2\/v2\.0\/token)/;
  return {
    faults: {
      tooFast: (seconds) => proxy.fail(any, { kind: 'answer', status: 429, headers: { 'retry-after': String(seconds) } }, 1),
      unavailable: () => proxy.fail(any, { kind: 'answer', status: 503 }),
      silent: () => proxy.fail(any, { kind: 'silence' }),
      nonsense: () =>
        proxy.fail(any, { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html><h1>Sign in</h1></html>' }),
      loseAnswer: () => proxy.fail(effect, { kind: 'lost answer' }, 1),
    },
    attempts: () => proxy.seen.filter(({ line }) => any.test(line)).length,
  };
}

const Held = z.array(z.record(z.string(), z.unknown())).catch([]);

export interface StandIns {
  /** All connectors, their calls going through the proxy. */
  readonly settings: ConnectorSettings;
  readonly proxy: FaultProxy;
  /** What the outside systems hold, under a name of `GET /control/state`. */
  held(name: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** A new incident in Sentinel, as its trigger tells of it. */
  newIncident(): Promise<ParsedIncident>;
  /** Runs an action as a step would. */
  run(action: string, input: Readonly<Record<string, unknown>>, context?: Partial<ActionContext>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function startStandIns(): Promise<StandIns> {
  const sandbox = await startSandbox({ log: quietLog });
  const proxy = await startFaultProxy(sandbox.url);
  const settings: ConnectorSettings = JSON.parse(proxy.through(JSON.stringify(sandbox.connectors)));
  const catalogue = await createCatalogue({ settings, chat: silentChat, log: quietLog, timing: QUICK });
  return {
    settings,
    proxy,
    async held(name) {
      const state: unknown = await (await fetch(`${sandbox.url}/control/state`)).json();
      return z.record(z.string(), Held).parse(state)[name] ?? [];
    },
    async newIncident() {
      const answer = await fetch(`${sandbox.url}/control/incidents`, { method: 'POST' });
      return parseIncidentTrigger(await answer.json()).incident;
    },
    run(name, input, context = {}) {
      const action = catalogue.get(name);
      if (action === undefined) throw new Error(`${name} is not in the catalogue`);
      return action.run(input, contextOf(context));
    },
    async close() {
      await proxy.close();
      try {
        await judgeSandbox(sandbox.url);
      } finally {
        await sandbox.stop();
      }
    },
  };
}
