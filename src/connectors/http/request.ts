// A generic request. Only hosts that the configuration names; the address is checked before connecting and connected to as checked, so that
// a name which changes its mind between the two reaches nothing; redirects are not followed.
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Action, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { HttpActionSettings } from '../../model/settings.ts';
import type { Timing } from '../call.ts';
import { createHttpClient } from '../http-client.ts';
import { specialUse } from '../public-address.ts';
import { sendByNode, type WireAnswer } from '../wire.ts';
import { RequestInput, RequestOutput } from './schemas.ts';

export interface HttpActionOptions {
  readonly settings: HttpActionSettings;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
}

const MAX_BYTES = 1_000_000;
const ANSWER = z.json().optional();

/** Set by the connection itself; a playbook must not fake them. */
const OWN_HEADERS = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'trailer', 'expect']);

export function request({ settings, log, timing }: HttpActionOptions): Action {
  return defineAction({
    name: 'http.request',
    description: 'Sends an HTTP request to a host that the configuration allows.',
    effect: 'write',
    input: RequestInput,
    output: RequestOutput,
    describe: (input) => `${input.method} ${input.url.slice(0, 200)}`,
    async run(input, { key, signal, repeated }) {
      // Repeating these is harmless by definition (RFC 9110, 9.2.2); of others only the playbook's author knows.
      const repeatable = ['GET', 'PUT', 'DELETE'].includes(input.method) || input.repeatable;
      if (repeated && !repeatable) {
        throw refused(
          'An earlier attempt was cut off and may have been done; whether it was cannot be seen from here. Check at the receiver, then run it again.',
        );
      }
      const url = new URL(input.url);
      const address = await allowedAddress(url, settings);
      const body = input.body === undefined ? undefined : JSON.stringify(input.body);
      if (body !== undefined && Buffer.byteLength(body) > MAX_BYTES) throw refused(`The body is longer than ${MAX_BYTES} bytes.`);
      let answered: WireAnswer | undefined;
      const send = sendByNode({ address });
      const client = createHttpClient({
        connector: 'http',
        system: url.host,
        baseUrl: url.origin,
        settings: { address: 'the URL of the step', credential: 'the headers of the step' },
        authorize: async () => ({}),
        explain: (said) => (typeof said === 'string' ? said : JSON.stringify(said)),
        log,
        ...(timing === undefined ? {} : { timing }),
        send: async (to, wire) => {
          answered = await send(to, { ...wire, maxBytes: MAX_BYTES });
          return answered;
        },
      });
      const headers = { ...(input.method === 'GET' ? {} : { 'idempotency-key': key }), ...checkedHeaders(input.headers) };
      const called = await client.call({
        method: input.method,
        path: `${url.pathname}${url.search}`,
        headers,
        ...(input.body === undefined ? {} : { json: input.body }),
        answer: ANSWER,
        repeatable,
        signal,
      });
      return { status: called.status, headers: { ...answered?.headers }, body: called.body ?? '' };
    },
  });
}

function checkedHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const checked: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (OWN_HEADERS.has(lower) || !/^[\w-]+$/.test(lower)) throw refused(`The header "${name.slice(0, 60)}" cannot be set.`);
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw refused(`The header "${name}" holds a character that headers cannot carry.`);
    checked[lower] = value;
  }
  return checked;
}

async function allowedAddress(url: URL, { allowedHosts, allowedPrivateHosts }: HttpActionSettings): Promise<string> {
  const host = url.hostname.replace(/^\[(.+)\]$/, '$1').toLowerCase();
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('Only http and https are spoken.');
  if (url.username !== '' || url.password !== '') throw refused('A user name or password in the URL would be logged: use a header.');
  if (!matches(host, [...allowedHosts, ...allowedPrivateHosts])) {
    throw refused(`The host ${host} is not allowed: add it to http.allowedHosts in picket.yaml.`);
  }
  const found = isIP(host) === 0 ? await resolved(host) : [host];
  const inside = found.find((address) => specialUse(address) !== '');
  if (inside !== undefined && !matches(host, allowedPrivateHosts)) {
    throw refused(
      `${host} leads to ${inside}, which is ${specialUse(inside)}: add the host to http.allowedPrivateHosts in picket.yaml if that is meant.`,
    );
  }
  return found[0] ?? host;
}

async function resolved(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map((entry) => entry.address);
  } catch (error) {
    throw new ActionError(`The host ${host} cannot be found: check the name and the DNS of this machine.`, {
      connector: 'http',
      retryable: true,
      cause: error,
    });
  }
}

/** Exact names, or `*.example.com` for everything below it. */
function matches(host: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const name = entry.toLowerCase();
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) && host.length > name.length - 1 : host === name;
  });
}

function refused(why: string): ActionError {
  return new ActionError(`${why} Nothing was sent.`, { connector: 'http', action: 'http.request' });
}
