// A proxy on loopback that passes requests on to a stand-in, and fails on demand: as the network and overloaded servers do.
// It stands in for its target's address everywhere, so that tokens asked for one fit the other.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Fault =
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  /** Never answers. */
  | { readonly kind: 'silence' }
  /** Passes the request on, and cuts the connection instead of answering. */
  | { readonly kind: 'lost answer' }
  /** Cuts the connection before anything is passed on. */
  | { readonly kind: 'reset' };

export interface Passed {
  /** `GET /path?query`. */
  readonly line: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly atMs: number;
}

export interface FaultProxy {
  /** The same address, or a text with addresses in it, on this proxy. */
  through(url: string): string;
  /** The next `times` requests whose `METHOD /path` matches fail so. */
  fail(match: RegExp, fault: Fault, times?: number): void;
  /** Does this before the next request that matches is passed on. */
  before(match: RegExp, work: () => Promise<unknown>): void;
  /** Everything that came, failed or not. */
  readonly seen: readonly Passed[];
  close(): Promise<void>;
}

export async function startFaultProxy(target: string): Promise<FaultProxy> {
  const faults: { match: RegExp; fault: Fault; left: number }[] = [];
  const seen: Passed[] = [];
  const ahead: { match: RegExp; work: () => Promise<unknown> }[] = [];
  const there = new URL(target).host;
  let here = '';

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await read(request);
    const line = `${request.method} ${request.url}`;
    seen.push({ line, body, headers: request.headers, atMs: performance.now() });
    const found = faults.find((entry) => entry.left > 0 && entry.match.test(line));
    if (found !== undefined) found.left -= 1;
    if (found?.fault.kind === 'silence') return;
    if (found?.fault.kind === 'reset') return void request.socket.destroy();
    if (found?.fault.kind === 'answer') return void response.writeHead(found.fault.status, found.fault.headers).end(found.fault.body ?? '');
    const first = ahead.findIndex((entry) => entry.match.test(line));
    // Taken out first: what it does may come through here as well.
    if (first >= 0) await ahead.splice(first, 1)[0]?.work();
    const answer = await fetch(`http://${there}${request.url}`, {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(
        Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' && !HOP.has(name) ? [[name, value]] : [])),
      ),
      body: body === '' ? null : exchange(body, here, there),
      redirect: 'manual',
    });
    const text = exchange(await answer.text(), there, here);
    if (found?.fault.kind === 'lost answer') return void request.socket.destroy();
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => !HOP.has(name)));
    response.writeHead(answer.status, headers).end(text);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.writeHead(599).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  here = `127.0.0.1:${portOf(server.address())}`;
  return {
    through: (url) => url.replaceAll(there, here),
    fail: (match, fault, times = Number.POSITIVE_INFINITY) => void faults.push({ match, fault, left: times }),
    before: (match, work) => void ahead.push({ match, work }),
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const HOP = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'content-encoding', 'keep-alive']);

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Addresses stand plain in JSON and escaped in forms. */
function exchange(text: string, from: string, to: string): string {
  return text.replaceAll(from, to).replaceAll(encodeURIComponent(from), encodeURIComponent(to));
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return address.port;
}
