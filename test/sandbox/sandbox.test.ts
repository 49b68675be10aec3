// The sandbox around the systems: who may call it, faults, what it remembers over a restart, its page.
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigError } from '../../src/model/errors.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { quietLog } from '../support/quiet-log.ts';
import { type Client, openSandbox } from './client.ts';

const ALICE = '/v1.0/users/alice@contoso.com';
const State = z.object({ users: z.array(z.object({ userPrincipalName: z.string(), accountEnabled: z.boolean() })) });

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

async function isAliceEnabled(of: Client): Promise<boolean | undefined> {
  const { users } = State.parse((await of.plain('GET', '/control/state')).body);
  return users.find((user) => user.userPrincipalName === 'alice@contoso.com')?.accountEnabled;
}
const disableAlice = async (of = client) => of.call('graph', 'PATCH', ALICE, { accountEnabled: false });

describe('who may call', () => {
  /** fetch would not let us choose the Host. */
  async function statusFor(headers: Record<string, string>): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const call = request(`${client.sandbox.url}/control/state`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      call.on('error', reject).end();
    });
  }

  test('answers to names of this machine alone', async () => {
    expect(await statusFor({ host: 'localhost:4100' })).toBe(200);
    expect(await statusFor({ host: 'rebound.example.com' })).toBe(403);
    expect(await statusFor({ host: '127.0.0.1.example.com' })).toBe(403);
  });

  test('refuses what a foreign web page sends', async () => {
    expect(await statusFor({ origin: 'https://evil.example.com' })).toBe(403);
    expect(await statusFor({ origin: 'null' })).toBe(403);
    expect(await statusFor({ origin: 'http://127.0.0.1:3000' })).toBe(200);
  });

  test('refuses a body that is too large', async () => {
    expect((await client.plain('POST', '/control/incidents', 'x'.repeat(1_000_001))).status).toBe(413);
  });

  test('says where a taken port can be changed', async () => {
    const port = Number(new URL(client.sandbox.url).port);
    await expect(startSandbox({ log: quietLog, port })).rejects.toThrow(ConfigError);
    await expect(startSandbox({ log: quietLog, smtpPort: client.sandbox.smtp.port })).rejects.toThrow(/mail server cannot listen/);
  });
});

describe('faults', () => {
  const fault = async (body: unknown) => client.plain('POST', '/control/faults', body);

  test('a status comes in the words of the system, with Retry-After, as often as asked, and nothing is done', async () => {
    expect((await fault({ system: 'graph', kind: 'status', status: 429, retryAfter: 7, times: 1 })).status).toBe(204);
    const reply = await disableAlice();
    expect(reply).toMatchObject({ status: 429, body: { error: { code: 'TooManyRequests' } } });
    expect(reply.headers.get('retry-after')).toBe('7');
    expect(await isAliceEnabled(client)).toBe(true);
    expect((await disableAlice()).status).toBe(204);
  });

  test('strikes only what it matches, until it is lifted', async () => {
    await fault({ system: 'graph', kind: 'status', match: { method: 'patch', path: '^/v1.0/users/alice' } });
    expect((await client.call('graph', 'GET', ALICE)).status).toBe(200);
    for (let count = 0; count < 3; count += 1) expect((await disableAlice()).status).toBe(503);
    await client.plain('DELETE', '/control/faults');
    expect((await disableAlice()).status).toBe(204);
  });

  test('a lost answer is done, a reset is not; neither is answered', async () => {
    await client.token('graph');
    await fault({ system: 'graph', kind: 'reset', times: 1, match: { method: 'PATCH' } });
    await expect(disableAlice()).rejects.toThrow();
    expect(await isAliceEnabled(client)).toBe(true);
    await fault({ system: 'graph', kind: 'lost-answer', times: 1, match: { method: 'PATCH' } });
    await expect(disableAlice()).rejects.toThrow();
    expect(await isAliceEnabled(client)).toBe(false);
  });

  test('nonsense is a page of HTML; a delay is only late', async () => {
    await fault({ system: 'graph', kind: 'nonsense', times: 1 });
    expect(await client.call('graph', 'GET', ALICE)).toMatchObject({ status: 200, text: expect.stringContaining('<!doctype html>') });
    await fault({ system: 'graph', kind: 'delay', ms: 80, times: 1 });
    const before = performance.now();
    expect((await client.call('graph', 'GET', ALICE)).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(70);
  });

  test.each([
    [{ system: 'github', kind: 'status' }],
    [{ system: 'graph', kind: 'explode' }],
    [{ system: 'graph', kind: 'status', match: { path: '(' } }],
    [{ system: 'smtp', kind: 'nonsense' }],
  ])('refuses %j', async (body) => {
    expect((await fault(body)).status).toBe(400);
  });
});

test('records calls with their bodies and without secrets', async () => {
  await client.token('graph');
  await disableAlice();
  const { text, body } = await client.plain('GET', '/control/requests');
  expect(body).toMatchObject([
    { system: 'login', method: 'POST', status: 200, body: expect.stringContaining('client_secret=***') },
    {
      system: 'graph',
      method: 'PATCH',
      path: ALICE,
      body: '{"accountEnabled":false}',
      headers: { authorization: 'Bearer ***' },
      status: 204,
      fault: '',
    },
  ]);
  expect(text).not.toContain('sandbox-client-secret');
});

describe('new incidents', () => {
  test('come as the body of the incident trigger, and stand in Sentinel', async () => {
    const { status, body } = await client.plain('POST', '/control/incidents');
    expect(status).toBe(201);
    expect(body).toMatchObject({
      objectSchemaType: 'Incident',
      objectEventType: 'Create',
      workspaceInfo: {
        SubscriptionId: '11111111-2222-4333-8444-555555555555',
        ResourceGroupName: 'rg-soc',
        WorkspaceName: 'contoso-sentinel',
      },
      object: {
        properties: {
          title: 'Impossible travel followed by a mailbox rule',
          incidentNumber: 4711,
          alerts: [{ kind: 'SecurityAlert' }],
          relatedEntities: [{ kind: 'Account' }, { kind: 'Host' }, { kind: 'Ip', properties: { address: '203.0.113.50' } }],
          comments: [],
        },
      },
    });
    const state = z
      .object({ incidents: z.array(z.object({ number: z.number() })) })
      .parse((await client.plain('GET', '/control/state')).body);
    expect(state.incidents.map(({ number }) => number)).toEqual([4706, 4707, 4708, 4709, 4710, 4711]);
  });

  test('take a title, a severity and entities of their own', async () => {
    const entities = [{ kind: 'Ip', properties: { address: '198.51.100.9' } }];
    const { body } = await client.plain('POST', '/control/incidents', { title: 'Mine', severity: 'Low', entities });
    expect(body).toMatchObject({
      object: { properties: { title: 'Mine', severity: 'Low', relatedEntities: [{ properties: { address: '198.51.100.9' } }] } },
    });
    expect((await client.plain('POST', '/control/incidents', { severity: 'low' })).status).toBe(400);
    expect((await client.plain('POST', '/control/incidents', { titel: 'x' })).status).toBe(400);
  });
});

describe('the state file', () => {
  test('has what was answered before a sudden end, and a new sandbox goes on from it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const stateFile = join(folder, 'inner', 'sandbox.json');
    const first = await openSandbox({ stateFile });
    const token = await first.token('graph');
    const port = Number(new URL(first.sandbox.url).port);
    expect((await disableAlice(first)).status).toBe(204);
    // What a kill would leave at this instant, before the orderly stop writes once more.
    const atKill = await readFile(stateFile, 'utf8');
    expect((await stat(stateFile)).mode & 0o077).toBe(0);
    await first.sandbox.stop();
    await writeFile(stateFile, atKill);
    const second = await openSandbox({ stateFile, port });
    expect(await isAliceEnabled(second)).toBe(false);
    expect((await second.plain('GET', `/graph${ALICE}`, undefined, { authorization: `Bearer ${token}` })).status).toBe(200);
    await second.sandbox.stop();
    await rm(folder, { recursive: true });
  });

  test('that cannot be read is named, with the cure', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const stateFile = join(folder, 'sandbox.json');
    await writeFile(stateFile, '{"users":');
    await expect(startSandbox({ log: quietLog, stateFile })).rejects.toThrow(/sandbox\.json .*delete it/);
    await rm(folder, { recursive: true });
  });

  test('goes on being written after a write that failed, which its caller hears of', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const inner = join(folder, 'inner');
    const failing = await openSandbox({ stateFile: join(inner, 'sandbox.json') });
    await rm(inner, { recursive: true, force: true });
    expect((await failing.plain('POST', '/control/incidents')).status).toBe(500);
    await mkdir(inner);
    expect((await failing.plain('POST', '/control/incidents')).status).toBe(201);
    await failing.sandbox.stop();
    await rm(folder, { recursive: true });
  });

  test('takes many changes at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
    const many = await openSandbox({ stateFile: join(folder, 'sandbox.json') });
    const replies = await Promise.all(Array.from({ length: 40 }, async () => many.plain('POST', '/control/incidents')));
    expect(replies.every(({ status }) => status === 201)).toBe(true);
    const kept = z.object({ sentinel: z.object({ incidents: z.array(z.unknown()) }) });
    expect(kept.parse(JSON.parse(await readFile(join(folder, 'sandbox.json'), 'utf8'))).sentinel.incidents).toHaveLength(45);
    await many.sandbox.stop();
    await rm(folder, { recursive: true });
  });
});

describe('the page', () => {
  test('shows what the systems hold, and every text as text', async () => {
    await client.plain('POST', '/control/incidents', { title: '<script>alert(1)</script> "&' });
    await disableAlice();
    const { text, headers } = await client.plain('GET', '/');
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;');
    expect(text).not.toContain('<script>alert');
    expect(text).toMatch(/Alice Example[\s\S]{0,200}disabled/);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*script-src 'nonce-/);
    expect(text).toContain('prefers-color-scheme: dark');
  });

  test('says 404 for another path', async () => {
    expect((await client.plain('GET', '/nothing')).status).toBe(404);
  });
});
