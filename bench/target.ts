// Where the steps of the bench's playbooks call: a server that answers at once and remembers when each path was first called.
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Target {
  readonly url: string;
  readonly host: string;
  calls(): number;
  /** When the path was called first, on this process's monotonic clock in ms. */
  called(path: string): Promise<number>;
  close(): Promise<void>;
}

const LIMIT_MS = 30_000;

export async function startTarget(): Promise<Target> {
  const first = new Map<string, number>();
  let calls = 0;
  const server = createServer((request, response) => {
    calls += 1;
    const path = request.url ?? '/';
    if (!first.has(path)) first.set(path, performance.now());
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"done":true}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the target does not listen');
  return {
    url: `http://127.0.0.1:${address.port}`,
    host: '127.0.0.1',
    calls: () => calls,
    called: async (path) => {
      const deadline = performance.now() + LIMIT_MS;
      for (;;) {
        const at = first.get(path);
        if (at !== undefined) return at;
        if (performance.now() > deadline) throw new Error(`nobody called ${path} within ${LIMIT_MS / 1000} s`);
        await sleep(2);
      }
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
