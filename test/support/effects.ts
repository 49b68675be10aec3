// An outside world that only counts: a real HTTP server to which the test action posts each effect with its idempotency key.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Effect {
  readonly name: string;
  readonly key: string;
  readonly repeated: boolean;
}

export interface Effects {
  readonly url: string;
  readonly seen: readonly Effect[];
  /** How often the effect was called. */
  count(name: string): number;
  /** Effects of this name are not answered until released. */
  hold(name: string): void;
  release(name: string): void;
  /** The next `times` calls of this name are answered with this status. */
  fail(name: string, status: number, times: number): void;
  /** Resolves when the effect has been called this often. */
  called(name: string, times?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startEffects(): Promise<Effects> {
  const seen: Effect[] = [];
  const held = new Map<string, ServerResponse[]>();
  const failures = new Map<string, { status: number; times: number }>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      const effect: Effect = JSON.parse(body);
      seen.push(effect);
      const failure = failures.get(effect.name);
      if (failure !== undefined && failure.times > 0) {
        failure.times -= 1;
        response.writeHead(failure.status).end();
        return;
      }
      const waiting = held.get(effect.name);
      if (waiting === undefined) response.end('{}');
      else waiting.push(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = isAddress(address) ? address.port : 0;
  const count = (name: string): number => seen.filter((effect) => effect.name === name).length;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    count,
    hold: (name) => void held.set(name, held.get(name) ?? []),
    release: (name) => {
      for (const response of held.get(name) ?? []) response.end('{}');
      held.delete(name);
    },
    fail: (name, status, times) => void failures.set(name, { status, times }),
    called: async (name, times = 1) => until(() => count(name) >= times, `effect ${name} was called ${times} times`),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === 'object' && address !== null;
}

/** Polls until the claim is true; fails with the claim's words after `limitMs`. */
export async function until(claim: () => boolean | Promise<boolean>, words: string, limitMs = 15_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await claim())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${words}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
