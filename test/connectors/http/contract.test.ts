// The generic request keeps the promises of every connector, towards a receiver that deduplicates by the key it is sent.
import { createServer } from 'node:http';
import { describeConnector } from '../../contracts/connector.ts';
import { startFaultProxy } from '../../contracts/fault-proxy.ts';
import { httpFaults, nothingBut } from '../worlds.ts';

const input = { method: 'POST', url: 'https://hooks.example.com/alert', body: { alert: 1 }, repeatable: true };

async function open() {
  const keys = new Set<unknown>();
  const server = createServer((request, response) => {
    request.resume();
    keys.add(request.headers['idempotency-key']);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
  const url = proxy.through(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/hook`);
  const { faults, attempts } = httpFaults(proxy, /^POST \/hook/);
  return {
    input: { ...input, url },
    settings: nothingBut({ http: { allowedHosts: [], allowedPrivateHosts: ['127.0.0.1'] } }),
    attempts,
    // Any text is a fair answer here; one without end is not.
    faults: { ...faults, nonsense: () => proxy.fail(/./, { kind: 'answer', status: 200, body: 'x'.repeat(1_100_000) }) },
    effects: () => keys.size,
    async close() {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describeConnector({ connector: 'http', action: 'http.request', input, open });
