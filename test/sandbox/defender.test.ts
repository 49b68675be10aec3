// Defender for Endpoint as the stand-in has it.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { type Client, openSandbox, type Reply } from './client.ts';

const WKS01 = '1e5bc9d7e413ddd7902c2932e418702b84d0cc01';
const OFF = '1e5bc9d7e413ddd7902c2932e418702b84d0cc04';
const ISOLATE = { Comment: 'Run 12', IsolationType: 'Full' };

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

async function api(method: string, path: string, body?: unknown): Promise<Reply> {
  return client.call('defender', method, `/api${path}`, body);
}
async function idOf(reply: Promise<Reply>): Promise<string> {
  return z.object({ id: z.string() }).parse((await reply).body).id;
}

test('finds machines by name, two records of one name included', async () => {
  const count = async (filter: string) => (await api('GET', `/machines?$filter=${encodeURIComponent(filter)}`)).body;
  expect(await count("computerDnsName eq 'WKS01.contoso.com'")).toMatchObject({ value: [{ id: WKS01, healthStatus: 'Active' }] });
  expect(await count("computerDnsName eq 'wks02.contoso.com'")).toMatchObject({
    value: [{ healthStatus: 'Active' }, { healthStatus: 'Inactive' }],
  });
  expect(await count("startswith(computerDnsName,'wks')")).toMatchObject({ value: { length: 3 } });
  expect((await api('GET', "/machines?$filter=computerdnsname eq 'x'")).status).toBe(400);
  expect(await api('GET', '/machines/unknown')).toMatchObject({
    status: 404,
    body: { error: { code: 'ResourceNotFound', target: expect.any(String) } },
  });
});

test('queues an isolation with 201, does it later, and takes it back the same way', async () => {
  const isolated = async () => {
    const state = z
      .object({ machines: z.array(z.object({ id: z.string(), isolated: z.boolean() })) })
      .parse((await client.plain('GET', '/control/state')).body);
    return state.machines.find((machine) => machine.id === WKS01)?.isolated;
  };
  const queued = await api('POST', `/machines/${WKS01}/isolate`, { ...ISOLATE, ExternalId: 'key-1' });
  expect(queued).toMatchObject({
    status: 201,
    body: { type: 'Isolate', status: 'Pending', requestorComment: 'Run 12', externalID: 'key-1', machineId: WKS01 },
  });
  const id = await idOf(Promise.resolve(queued));
  client.wait(1200);
  expect((await api('GET', `/machineactions/${id}`)).body).toMatchObject({ status: 'InProgress' });
  expect(await isolated()).toBe(false);
  client.wait(1200);
  expect((await api('GET', `/machineactions/${id}`)).body).toMatchObject({ status: 'Succeeded' });
  expect(await isolated()).toBe(true);
  expect((await api('POST', `/machines/${WKS01}/unisolate`, { Comment: 'Clean' })).status).toBe(201);
  client.wait(2400);
  expect(await isolated()).toBe(false);
});

test('refuses a second isolation while one is under way, and names it in the list', async () => {
  await api('POST', `/machines/${WKS01}/isolate`, ISOLATE);
  const second = await api('POST', `/machines/${WKS01}/isolate`, ISOLATE);
  expect(second).toMatchObject({ status: 400, body: { error: { code: 'BadRequest', message: 'Action is already in progress' } } });
  const filter = encodeURIComponent(`machineId eq '${WKS01}' and type eq 'Isolate' and status eq 'Pending'`);
  expect((await api('GET', `/machineactions?$filter=${filter}`)).body).toMatchObject({ value: { length: 1 } });
  client.wait(2400);
  expect((await api('POST', `/machines/${WKS01}/isolate`, ISOLATE)).status).toBe(201);
});

test('leaves a machine that is off pending for days, and lets it be cancelled', async () => {
  const id = await idOf(api('POST', `/machines/${OFF}/isolate`, ISOLATE));
  client.wait(60_000);
  expect((await api('GET', `/machineactions/${id}`)).body).toMatchObject({ status: 'Pending' });
  expect((await api('POST', `/machineactions/${id}/cancel`, {})).body).toMatchObject({ error: { code: 'MissingRequiredParameter' } });
  expect((await api('POST', `/machineactions/${id}/cancel`, { Comment: 'Not needed' })).body).toMatchObject({ status: 'Cancelled' });
  expect((await api('POST', `/machineactions/${id}/cancel`, { Comment: 'Again' })).status).toBe(400);
});

test.each([
  ['a comment in lower case', 'isolate', { comment: 'x', IsolationType: 'Full' }, 'MissingRequiredParameter'],
  ['no comment', 'isolate', { IsolationType: 'Full' }, 'MissingRequiredParameter'],
  ['an empty comment', 'unisolate', { Comment: '' }, 'MissingRequiredParameter'],
  ['no kind of isolation', 'isolate', { Comment: 'x' }, 'InvalidInput'],
  ['a kind in lower case', 'isolate', { Comment: 'x', IsolationType: 'full' }, 'InvalidInput'],
  ['a scan of no kind', 'runAntiVirusScan', { Comment: 'x' }, 'InvalidInput'],
])('refuses %s', async (_what, verb, body, code) => {
  expect(await api('POST', `/machines/${WKS01}/${verb}`, body)).toMatchObject({ status: 400, body: { error: { code } } });
});

test('takes the other actions of a machine', async () => {
  const bodies = {
    runAntiVirusScan: { Comment: 'x', ScanType: 'Quick' },
    restrictCodeExecution: { Comment: 'x' },
    unrestrictCodeExecution: { Comment: 'x' },
  };
  for (const [verb, body] of Object.entries(bodies)) expect((await api('POST', `/machines/${WKS01}/${verb}`, body)).status).toBe(201);
});

test('creates an indicator or updates the one of that value, and refuses networks', async () => {
  const indicator = {
    indicatorValue: '203.0.113.7',
    indicatorType: 'IpAddress',
    action: 'Block',
    title: 'Run 12',
    description: 'Asked for by Picket',
  };
  const id = await idOf(api('POST', '/indicators', indicator));
  expect(await idOf(api('POST', '/indicators', { ...indicator, title: 'Run 13' }))).toBe(id);
  for (const change of [{ indicatorValue: '203.0.113.0/24' }, { action: 'Audit' }, { action: 'block' }, { title: undefined }]) {
    expect((await api('POST', '/indicators', { ...indicator, ...change })).status).toBe(400);
  }
});
