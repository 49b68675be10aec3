// What is repeated, what is not, and what people are told when an outside system fails.
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Call, HttpClientOptions } from '../../src/connectors/call.ts';
import { CallError, retryAfterOf } from '../../src/connectors/call-error.ts';
import { createHttpClient } from '../../src/connectors/http-client.ts';
import { type FaultProxy, startFaultProxy } from '../contracts/fault-proxy.ts';
import { quietLog } from '../support/quiet-log.ts';

let server: Server;
let proxy: FaultProxy;
let done: string[];

beforeEach(async () => {
  done = [];
  server = createServer((request, response) => {
    done.push(`${request.method} ${request.url}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"value":1}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  proxy = await startFaultProxy(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
});

afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

const timing = { attemptMs: 250, retries: 2, pauseMs: 5, maxPauseMs: 2000, breakAfter: 50, breakMs: 200 };
const answer = z.object({ value: z.number() });

function client(more: Partial<HttpClientOptions> = {}) {
  return createHttpClient({
    connector: 'test',
    system: 'Testing',
    baseUrl: proxyUrl(),
    settings: { address: 'TEST_URL', credential: 'TEST_KEY' },
    authorize: async () => ({ authorization: 'Bearer secret' }),
    log: quietLog,
    timing,
    ...more,
  });
}

function proxyUrl(): string {
  const address = server.address();
  return proxy.through(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
}

function call(more: Partial<Call<typeof answer>> = {}): Call<typeof answer> {
  return { method: 'GET', path: '/thing', answer, repeatable: true, signal: AbortSignal.timeout(10_000), ...more };
}

async function failure(work: Promise<unknown>): Promise<CallError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof CallError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('answers that say "not done"', () => {
  it.each([429, 503])('repeats anything after %i', async (status) => {
    proxy.fail(/POST/, { kind: 'answer', status }, 2);
    await client().call(call({ method: 'POST', repeatable: false, json: {} }));
    expect(proxy.seen).toHaveLength(3);
    expect(done).toHaveLength(1);
  });

  it('waits as long as Retry-After says', async () => {
    proxy.fail(/GET/, { kind: 'answer', status: 429, headers: { 'retry-after': '1' } }, 1);
    await client().call(call());
    const [first, second] = proxy.seen;
    expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it('hands a long Retry-After to the engine instead of holding the step', async () => {
    proxy.fail(/GET/, { kind: 'answer', status: 429, headers: { 'retry-after': '120' } });
    const error = await failure(client().call(call()));
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 120_000, status: 429 });
    expect(error.message).toContain('120 s');
    expect(proxy.seen).toHaveLength(1);
  });

  it('says that nothing was sent when nobody listens', async () => {
    const http = client();
    await proxy.close();
    const error = await failure(http.call(call({ method: 'POST', repeatable: false, json: {} })));
    expect(error).toMatchObject({ retryable: true, lost: false, status: 0 });
    expect(error.message).toMatch(/cannot be reached at 127\.0\.0\.1:\d+ \(ECONNREFUSED\).*TEST_URL/);
  });
});

describe('answers that are lost', () => {
  it('repeats what may be repeated', async () => {
    proxy.fail(/PUT/, { kind: 'lost answer' }, 1);
    await client().call(call({ method: 'PUT', json: {} }));
    expect(done).toHaveLength(2);
  });

  it.each([
    ['cut off', { kind: 'lost answer' }],
    ['silent', { kind: 'silence' }],
    ['a gateway that gave up', { kind: 'answer', status: 504 }],
  ] as const)('does not repeat what may not be repeated: %s', async (_name, fault) => {
    proxy.fail(/POST/, fault);
    const error = await failure(client().call(call({ method: 'POST', repeatable: false, json: {} })));
    expect(error).toMatchObject({ lost: true, retryable: false });
    expect(error.message).toContain('It may have been done all the same');
    expect(proxy.seen).toHaveLength(1);
  });

  it('gives up on silence after the time limit of each attempt', async () => {
    proxy.fail(/GET/, { kind: 'silence' });
    const error = await failure(client().call(call()));
    expect(error.message).toBe('Testing did not answer within 250 ms.');
    expect(proxy.seen).toHaveLength(3);
  });
});

describe('answers that are final', () => {
  it.each([400, 403, 404, 409, 422, 500])('does not repeat after %i', async (status) => {
    proxy.fail(/GET/, { kind: 'answer', status, body: '{"why":"because"}' });
    const error = await failure(client({ explain: () => 'because\nof this' }).call(call()));
    expect(error).toMatchObject({ status, retryable: false });
    expect(error.message).toContain('It says: because of this');
    expect(proxy.seen).toHaveLength(1);
  });

  it('asks for one fresh credential after 401, and only one', async () => {
    let tokens = 0;
    proxy.fail(/GET/, { kind: 'answer', status: 401 });
    const reauthorize = () => {
      tokens += 1;
    };
    const error = await failure(client({ reauthorize }).call(call()));
    expect(tokens).toBe(1);
    expect(proxy.seen).toHaveLength(2);
    expect(error.message).toContain('TEST_KEY');
  });

  it('never follows a redirect with its credentials', async () => {
    proxy.fail(/GET/, { kind: 'answer', status: 302, headers: { location: '/elsewhere' } });
    expect((await failure(client().call(call()))).message).toContain('correct TEST_URL');
    expect(proxy.seen).toHaveLength(1);
  });

  it.each(['<html>Sign in</html>', '{"value":"one"}', '', '[', 'null'])('says so when the answer is nonsense: %j', async (body) => {
    proxy.fail(/GET/, { kind: 'answer', status: 200, body });
    const error = await failure(client().call(call()));
    expect(error.message).toMatch(/^Testing answered something that cannot be used.*TEST_URL/);
    expect(error.retryable).toBe(false);
  });

  it('does not show credentials in messages', async () => {
    proxy.fail(/GET/, { kind: 'answer', status: 403 });
    expect(JSON.stringify(await failure(client().call(call())))).not.toContain('secret');
  });
});

describe('the breaker', () => {
  it('leaves a failing system alone, then tries again', async () => {
    const http = client({ timing: { ...timing, breakAfter: 3, retries: 0 } });
    proxy.fail(/GET/, { kind: 'answer', status: 500 }, 3);
    for (let n = 0; n < 3; n += 1) await failure(http.call(call()));
    const error = await failure(http.call(call()));
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 200 });
    expect(proxy.seen).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 220));
    await http.call(call());
    expect(proxy.seen).toHaveLength(4);
  });

  it('does not open because of refusals', async () => {
    const http = client({ timing: { ...timing, breakAfter: 2 } });
    proxy.fail(/GET/, { kind: 'answer', status: 404 }, 5);
    for (let n = 0; n < 5; n += 1) expect((await failure(http.call(call()))).status).toBe(404);
  });
});

describe('the signal', () => {
  it('ends a call that is under way', async () => {
    proxy.fail(/GET/, { kind: 'silence' });
    const started = performance.now();
    const error = await failure(client({ timing: { ...timing, attemptMs: 5000 } }).call(call({ signal: AbortSignal.timeout(60) })));
    expect(performance.now() - started).toBeLessThan(1000);
    expect(error).toMatchObject({ retryable: false });
    expect(error.message).toContain('was stopped');
  });

  it('ends the waiting between attempts, and nothing is sent afterwards', async () => {
    proxy.fail(/GET/, { kind: 'answer', status: 429, headers: { 'retry-after': '1' } });
    const started = performance.now();
    await failure(client().call(call({ signal: AbortSignal.timeout(60) })));
    expect(performance.now() - started).toBeLessThan(900);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(proxy.seen).toHaveLength(1);
  });

  it('sends nothing when it is aborted already', async () => {
    await failure(client().call(call({ signal: AbortSignal.abort() })));
    expect(proxy.seen).toHaveLength(0);
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-11-20T08:00:00Z');
  it.each([
    ['7', 7000],
    ['0', 0],
    ['Fri, 20 Nov 2026 08:00:30 GMT', 30_000],
    ['Fri, 20 Nov 2026 07:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
    ['99999999', 86_400_000],
  ])('reads %j as %j ms', (header, ms) => {
    expect(retryAfterOf(header, now)).toBe(ms);
  });
});
