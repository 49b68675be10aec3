// Worlds for the contract suite: settings of one connector alone, and the faults of anything that speaks HTTP.
import type { ConnectorSettings } from '../../src/model/settings.ts';
import type { ConnectorWorld, Faults } from '../contracts/connector.ts';
import type { FaultProxy } from '../contracts/fault-proxy.ts';

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
