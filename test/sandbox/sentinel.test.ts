// Microsoft Sentinel on ARM as the stand-in has it.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Client, openSandbox, type Reply, workspacePath } from './client.ts';

const Incident = z.object({
  name: z.string(),
  etag: z.string(),
  properties: z.object({ title: z.string(), severity: z.string(), status: z.string() }).loose(),
});

let client: Client;
let name: string;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => {
  await client.plain('POST', '/control/reset');
  name = z.object({ object: z.object({ name: z.string() }) }).parse((await client.plain('POST', '/control/incidents')).body).object.name;
});
afterAll(async () => client.sandbox.stop());

async function arm(method: string, path: string, body?: unknown): Promise<Reply> {
  return client.call('arm', method, workspacePath(path), body);
}
async function read() {
  return Incident.parse((await arm('GET', `/incidents/${name}`)).body);
}
async function write(properties: Record<string, unknown>, etag?: string) {
  const current = await read();
  const { title, severity, status } = current.properties;
  return arm('PUT', `/incidents/${name}`, { etag: etag ?? current.etag, properties: { title, severity, status, ...properties } });
}

describe('the way in', () => {
  test('needs an api-version it knows', async () => {
    const path = workspacePath(`/incidents/${name}`);
    expect((await client.call('arm', 'GET', path.replace(/\?.*/, ''))).body).toMatchObject({
      error: { code: 'MissingApiVersionParameter' },
    });
    expect((await client.call('arm', 'GET', path.replace('2024-03-01', '2019-01-01'))).status).toBe(400);
  });

  test('needs a token for ARM', async () => {
    const path = workspacePath('/incidents');
    const authorization = `Bearer ${await client.token('graph')}`;
    expect((await client.call('arm', 'GET', path, undefined, { authorization })).body).toMatchObject({
      error: { code: 'AuthenticationFailed' },
    });
    expect((await client.plain('GET', `/arm${path}`)).status).toBe(401);
  });

  test('takes ids and segments in any case', async () => {
    const path = workspacePath(`/Incidents/${name.toUpperCase()}`)
      .replace('resourceGroups/rg-soc', 'resourcegroups/RG-SOC')
      .replace('SecurityInsights', 'securityinsights');
    expect((await client.call('arm', 'GET', path)).status).toBe(200);
  });

  test.each(['ResourceGroupNotFound', 'SubscriptionNotFound', 'ResourceNotFound'])('says %s for a wrong place', async (code) => {
    const [from, to] = {
      ResourceGroupNotFound: ['rg-soc', 'rg-other'],
      SubscriptionNotFound: ['11111111-', '21111111-'],
      ResourceNotFound: ['contoso-sentinel', 'other'],
    }[code] ?? ['', ''];
    const reply = await client.call('arm', 'GET', workspacePath('/incidents').replace(from ?? '', to ?? ''));
    expect(reply).toMatchObject({ status: 404, body: { error: { code } } });
  });
});

describe('reading incidents', () => {
  test('lists what changed since, oldest first, in pages', async () => {
    const filter = encodeURIComponent('properties/lastModifiedTimeUtc ge 2020-01-01T00:00:00Z');
    const order = encodeURIComponent('properties/lastModifiedTimeUtc asc');
    const first = await arm('GET', `/incidents?$filter=${filter}&$orderby=${order}&$top=4`);
    const page = z.object({ value: z.array(Incident), nextLink: z.string() }).parse(first.body);
    expect(page.value[0]?.properties.title).toBe('Password spray against several accounts');
    const rest = await client.call('arm', 'GET', page.nextLink.slice(`${client.sandbox.url}/arm`.length));
    const last = z
      .object({ value: z.array(Incident) })
      .strict()
      .parse(rest.body);
    expect(last.value.map((incident) => incident.name)).toEqual([expect.any(String), name]);
  });

  test('lists nothing that changed later than now, and refuses what it does not understand', async () => {
    const query = (filter: string) => `/incidents?$filter=${encodeURIComponent(filter)}`;
    expect((await arm('GET', query('properties/lastModifiedTimeUtc gt 2999-01-01T00:00:00Z'))).body).toEqual({ value: [] });
    expect((await arm('GET', query('properties/lastModified gt 2999-01-01T00:00:00Z'))).status).toBe(400);
    expect((await arm('GET', '/incidents?$top=0')).status).toBe(400);
  });

  test('gives alerts and entities by POST', async () => {
    expect((await arm('GET', `/incidents/${name}/entities`)).status).toBe(405);
    const { body } = await arm('POST', `/incidents/${name}/entities`);
    expect(body).toMatchObject({
      entities: [{ kind: 'Account', properties: { aadUserId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f' } }, { kind: 'Host' }, { kind: 'Ip' }],
      metaData: [{ entityKind: 'Account', count: 1 }, {}, {}],
    });
    expect((await arm('POST', `/incidents/${name}/alerts`)).body).toMatchObject({ value: [{ kind: 'SecurityAlert' }] });
  });

  test('says 404 for an unknown incident', async () => {
    expect(await arm('GET', `/incidents/${randomUUID()}`)).toMatchObject({ status: 404, body: { error: { code: 'NotFound' } } });
  });
});

describe('writing an incident', () => {
  test('replaces the whole: what is left out is gone, and the etag is new', async () => {
    const before = await read();
    expect((await write({ labels: [{ labelName: 'a' }], description: 'x' })).status).toBe(200);
    expect((await write({})).status).toBe(200);
    const after = await read();
    expect(after.properties).toMatchObject({ labels: [], description: '', incidentNumber: before.properties.incidentNumber });
    expect(after.etag).not.toBe(before.etag);
  });

  test('takes back what it gave, read-only properties included', async () => {
    const { body } = await arm('GET', `/incidents/${name}`);
    expect((await arm('PUT', `/incidents/${name}`, body)).status).toBe(200);
  });

  test.each([
    ['stale', '"00000001-0000-0000-0000-000000000000"'],
    ['missing', undefined],
  ])('refuses a %s etag and changes nothing', async (_what, etag) => {
    const before = await read();
    const properties = { title: 'changed', severity: 'Low', status: 'Active' };
    const reply = await arm('PUT', `/incidents/${name}`, { ...(etag && { etag }), properties });
    expect(reply).toMatchObject({
      status: 409,
      body: { error: { code: 'Conflict', message: `Newer version of resource '${name}' exists. Data was not saved` } },
    });
    expect(await read()).toEqual(before);
  });

  test('a comment in between makes the etag stale', async () => {
    const { etag } = await read();
    expect((await arm('PUT', `/incidents/${name}/comments/${randomUUID()}`, { properties: { message: 'hello' } })).status).toBe(201);
    expect((await write({}, etag)).status).toBe(409);
  });

  test('creates under a new name with 201', async () => {
    const properties = { title: 'By hand', severity: 'Low', status: 'New' };
    const reply = await arm('PUT', '/incidents/by-hand', { properties });
    expect(reply).toMatchObject({ status: 201, body: { name: 'by-hand', properties: { incidentNumber: 4712 } } });
  });

  test.each([
    ['without a title', { title: undefined }],
    ['with an empty title', { title: '' }],
    ['with a severity in lower case', { severity: 'high' }],
    ['with an unknown status', { status: 'Resolved' }],
    ['with a misspelt property', { clasification: 'TruePositive' }],
    ['with an owner whose object id is no GUID', { owner: { objectId: 'carol' } }],
  ])('refuses one %s', async (_what, properties) => {
    expect(await write(properties)).toMatchObject({ status: 400, body: { error: { code: 'BadRequest' } } });
  });

  test.each([
    ['TruePositive', 'SuspiciousActivity', 200],
    ['BenignPositive', 'SuspiciousButExpected', 200],
    ['FalsePositive', 'IncorrectAlertLogic', 200],
    ['FalsePositive', 'InaccurateData', 200],
    ['Undetermined', undefined, 200],
    ['Undetermined', 'SuspiciousActivity', 400],
    ['TruePositive', 'SuspiciousButExpected', 400],
    ['TruePositive', undefined, 400],
    [undefined, undefined, 400],
    ['BenignPositive', 'suspiciousButExpected', 400],
  ])('closing as %s for %s answers %i', async (classification, classificationReason, status) => {
    expect((await write({ status: 'Closed', classification, classificationReason })).status).toBe(status);
    expect((await read()).properties.status).toBe(status === 200 ? 'Closed' : 'New');
  });
});

describe('comments and tasks', () => {
  test("stand under the caller's GUID: the same again edits it", async () => {
    const path = `/incidents/${name}/comments/${randomUUID()}`;
    expect((await arm('PUT', path, { properties: { message: 'first' } })).status).toBe(201);
    expect((await arm('PUT', path, { properties: { message: 'second' } })).status).toBe(200);
    expect((await arm('GET', `/incidents/${name}/comments`)).body).toMatchObject({ value: [{ properties: { message: 'second' } }] });
  });

  test('are bounded in length and number', async () => {
    const put = async (id: string, message: string) => arm('PUT', `/incidents/${name}/comments/${id}`, { properties: { message } });
    expect((await put(randomUUID(), 'x'.repeat(30_001))).status).toBe(400);
    expect((await put('not-a-guid', 'x')).status).toBe(400);
    expect((await put(randomUUID(), '')).status).toBe(400);
    for (let count = 0; count < 100; count += 1) expect((await put(randomUUID(), 'x'.repeat(30))).status).toBe(201);
    expect((await put(randomUUID(), 'one more')).status).toBe(400);
  });

  test('a task has a status of two', async () => {
    const path = `/incidents/${name}/tasks/${randomUUID()}`;
    const { etag } = await read();
    expect((await arm('PUT', path, { properties: { title: 'Call the user', status: 'New' } })).status).toBe(201);
    expect((await arm('PUT', path, { properties: { title: 'Call the user', status: 'Done' } })).status).toBe(400);
    expect((await arm('PUT', path, { properties: { title: 'Call the user', status: 'Completed' } })).status).toBe(200);
    expect((await read()).etag).not.toBe(etag);
  });
});

test('running a playbook is accepted without an id, and a repeat is a second run', async () => {
  const logicAppsResourceId = '/subscriptions/s/resourceGroups/r/providers/Microsoft.Logic/workflows/w';
  const body = { logicAppsResourceId, tenantId: '99999999-8888-4777-8666-555555555555' };
  for (let count = 0; count < 2; count += 1)
    expect(await arm('POST', `/incidents/${name}/runPlaybook`, body)).toMatchObject({ status: 204, text: '' });
  expect((await arm('POST', `/incidents/${name}/runPlaybook`, { logicAppsResourceId })).status).toBe(400);
  const state = z
    .object({ incidents: z.array(z.object({ name: z.string(), playbookRuns: z.array(z.unknown()) })) })
    .parse((await client.plain('GET', '/control/state')).body);
  expect(state.incidents.find((incident) => incident.name === name)?.playbookRuns).toHaveLength(2);
});
