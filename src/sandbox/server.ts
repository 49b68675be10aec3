// The one HTTP port of all stand-ins: only for this machine, with faults on demand and a record of every call.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { type Answer, type Call, json, Problem, type Standin } from './call.ts';
import type { Fault, Faults } from './faults.ts';
import type { Requests } from './requests.ts';
import type { World } from './world.ts';

const BODY_LIMIT = 1_000_000; // bytes
const NONSENSE: Answer = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!doctype html><title>Proxy</title><p>Please sign in to continue.',
};

export interface ServerParts {
  /** By the first segment of the path. */
  readonly standins: ReadonlyMap<string, Standin>;
  /** Answers `/` and `/control/...`. */
  readonly own: (call: Call) => Promise<Answer>;
  readonly world: () => World;
  /** Called after every call that may have changed the world, before its answer leaves. */
  readonly changed: () => Promise<void>;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly now: () => Date;
  readonly log: Log;
}

/** Listens on 127.0.0.1; port 0 takes any. */
export async function listen(parts: ServerParts, port: number): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => {
    void serve(parts, request, response).catch((error: unknown) => {
      parts.log.error('sandbox call failed', { method: request.method, url: request.url, error: String(error) });
      if (!response.headersSent) send(response, json(500, { error: 'The sandbox failed: see its log.' }));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(
        new ConfigError(
          `The sandbox cannot listen on port ${port}: stop what uses it (perhaps another Picket), or set PICKET_SANDBOX_PORT to a free one.`,
          error,
        ),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new ConfigError('The sandbox has no TCP address.');
  return { server, port: address.port };
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isLocal(request)) return send(response, json(403, { error: 'The sandbox answers to 127.0.0.1 and localhost alone.' }));
  const body = await readBody(request);
  if (body === null) return send(response, json(413, { error: `Bodies of more than ${BODY_LIMIT} bytes are refused.` }));
  const origin = `http://127.0.0.1:${request.socket.localPort}`;
  const url = new URL(request.url ?? '/', origin);
  const [, first = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/.exec(url.pathname) ?? [];
  const method = request.method ?? 'GET';
  const call = { method, query: url.searchParams, headers: flatten(request), body, now: parts.now() };
  const standin = parts.standins.get(first);
  if (standin === undefined) return send(response, await parts.own({ ...call, path: url.pathname, base: origin }));
  await serveStandin(parts, standin, { ...call, path: rest, base: `${origin}/${first}` }, `${rest}${url.search}`, response);
}

async function serveStandin(parts: ServerParts, standin: Standin, call: Call, path: string, response: ServerResponse): Promise<void> {
  const fault = parts.faults.take(standin.system, call.method, path);
  if (fault?.kind === 'delay') await sleep(fault.ms ?? 1000);
  const answer =
    fault === undefined || fault.kind === 'delay' || fault.kind === 'lost-answer'
      ? attempt(parts, standin, call)
      : strike(standin, call, fault);
  if (call.method !== 'GET') await parts.changed();
  const cut = fault?.kind === 'reset' || fault?.kind === 'lost-answer';
  parts.requests.add({
    at: call.now.toISOString(),
    system: standin.system,
    method: call.method,
    path,
    headers: call.headers,
    body: call.body,
    status: cut ? 0 : answer.status,
    fault: fault?.kind ?? '',
  });
  if (cut) response.destroy();
  else send(response, answer);
}

function attempt(parts: ServerParts, standin: Standin, call: Call): Answer {
  try {
    return standin.answer(parts.world(), call);
  } catch (error) {
    if (error instanceof Problem) return standin.refuse(error, call);
    throw error;
  }
}

function strike(standin: Standin, call: Call, fault: Fault): Answer {
  if (fault.kind === 'nonsense') return NONSENSE;
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  const status = fault.status ?? 503;
  const code = status === 429 ? 'TooManyRequests' : status === 503 ? 'ServiceUnavailable' : 'InternalServerError';
  return standin.refuse(new Problem(status, code, 'A fault that was asked for.', headers), call);
}

/** A foreign web page must not reach the sandbox: neither by a name that resolves to loopback nor by a cross-site request. */
function isLocal(request: IncomingMessage): boolean {
  const { host, origin } = request.headers;
  const local = /^(127\.0\.0\.1|localhost)(:\d+)?$/i;
  return local.test(host ?? '') && (origin === undefined || local.test(origin.replace(/^https?:\/\//i, '')));
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = bytesOf(chunk);
    size += bytes.length;
    if (size <= BODY_LIMIT) chunks.push(bytes);
  }
  return size > BODY_LIMIT ? null : Buffer.concat(chunks).toString('utf8');
}

function bytesOf(chunk: unknown): Buffer {
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
}

function flatten(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) });
  response.end(answer.body);
}
