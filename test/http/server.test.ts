// The shared port: who answers what, and what it does when the port cannot be had.
import { request as rawRequest } from 'node:http';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { afterEach, describe, expect, it } from 'vitest';
import { createHttpServer, type HttpServer } from '../../src/http/server.ts';
import type { RawRoute } from '../../src/model/chat.ts';
import { ConfigError } from '../../src/model/errors.ts';
import { quietLog } from '../support/quiet-log.ts';

const open: HttpServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(routes: readonly RawRoute[], app = new Hono(), port = 0): Promise<string> {
  const server = createHttpServer({ host: '127.0.0.1', port, routes, app, log: quietLog });
  open.push(server);
  return `http://127.0.0.1:${(await server.listen()).port}`;
}

const echo: RawRoute = {
  method: 'POST',
  path: '/slack/events',
  respond: async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    response.end(`raw ${Buffer.concat(chunks).toString()}`);
  },
};

describe('the shared port', () => {
  it("hands a platform's own route its unread body and leaves the rest to the application", async () => {
    const url = await start(
      [echo],
      new Hono().get('/hello', (context) => context.text('from the application')),
    );
    expect(await (await fetch(`${url}/slack/events?x=1`, { method: 'POST', body: '{"a": 1}' })).text()).toBe('raw {"a": 1}');
    expect(await (await fetch(`${url}/hello`)).text()).toBe('from the application');
    expect((await fetch(`${url}/slack/events/more`, { method: 'POST' })).status).toBe(404);
  });

  it('says which method a path of a platform takes', async () => {
    const url = await start([echo]);
    const response = await fetch(`${url}/slack/events`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('answers 500 without details when a route throws, and goes on', async () => {
    const url = await start([{ method: 'POST', path: '/broken', respond: () => Promise.reject(new Error('inner secret')) }, echo]);
    const response = await fetch(`${url}/broken`, { method: 'POST' });
    expect([response.status, await response.text()]).toEqual([500, '']);
    expect((await fetch(`${url}/slack/events`, { method: 'POST' })).status).toBe(200);
  });

  it('survives a request target that is no path', async () => {
    const url = new URL(await start([echo]));
    const status = await new Promise((resolve, reject) => {
      rawRequest({ host: url.hostname, port: url.port, path: '//[', method: 'GET' }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBeGreaterThanOrEqual(400);
    expect((await fetch(`${url.href}slack/events`, { method: 'POST' })).status).toBe(200);
  });

  it('names the port and the setting when the port is in use', async () => {
    const url = new URL(await start([]));
    const second = start([], new Hono(), Number(url.port));
    await expect(second).rejects.toThrow(ConfigError);
    await expect(second).rejects.toThrow(new RegExp(`port ${url.port} .*PICKET_PORT`));
  });

  it('answers a body that is too large instead of cutting the connection', async () => {
    const app = new Hono().post('/upload', bodyLimit({ maxSize: 1_000, onError: (context) => context.text('too large', 413) }), (context) =>
      context.text('taken'),
    );
    const url = await start([], app);
    const response = await fetch(`${url}/upload`, { method: 'POST', body: 'x'.repeat(200_000) });
    expect([response.status, await response.text()]).toEqual([413, 'too large']);
    expect((await fetch(`${url}/upload`, { method: 'POST', body: 'x' })).status).toBe(200);
  });

  it('lets a request under way finish when it closes', async () => {
    const reached = Promise.withResolvers<void>();
    const go = Promise.withResolvers<void>();
    const slow = new Hono().get('/slow', async (context) => {
      reached.resolve();
      await go.promise;
      return context.text('finished');
    });
    const url = await start([], slow);
    const answer = fetch(`${url}/slow`);
    await reached.promise;
    const closed = open.splice(0)[0]?.close();
    go.resolve();
    expect(await (await answer).text()).toBe('finished');
    await closed;
    await expect(fetch(`${url}/slow`)).rejects.toThrow('fetch failed');
  });
});
