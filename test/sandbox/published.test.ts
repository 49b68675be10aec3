// The stand-ins before the second judge: what they answer, and what they take, against the vendors' published descriptions and examples.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Judge, type JudgedRequest, judgeRequests, missingSpecs, openJudge, readSpec } from '../support/judge.ts';
import { isRecord } from '../support/unknown-properties.ts';
import { type Client, openSandbox, type Reply, workspacePath } from './client.ts';

const ALICE = '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f';
const Example = z.object({
  parameters: z.record(z.string(), z.unknown()),
  responses: z.record(z.string(), z.object({ body: z.unknown() }).partial()),
});

function requestOf(system: string, method: string, path: string, body?: unknown): JudgedRequest {
  return { system, method, path, headers: { 'content-type': 'application/json' }, body: body === undefined ? '' : JSON.stringify(body) };
}

/** Every path of names in a value; lists count by their elements. */
function shapeOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((item) => shapeOf(item, `${path}[]`)))];
  if (!isRecord(value)) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => shapeOf(inner, `${path}.${name}`))];
}

describe.skipIf(missingSpecs !== '')('beside the published descriptions (skipped when ../shared/specs is absent)', () => {
  let client: Client;
  let judge: Judge;
  let name: string;
  beforeAll(async () => {
    [client, judge] = await Promise.all([openSandbox(), openJudge()]);
    name = z.object({ object: z.object({ name: z.string() }) }).parse((await client.plain('POST', '/control/incidents')).body).object.name;
  });
  afterAll(async () => client.sandbox.stop());

  /** Calls, and expects request and answer to be as published. */
  async function judged(system: 'arm' | 'graph', method: string, path: string, body?: unknown): Promise<Reply> {
    const request = requestOf(system, method, path, body);
    expect(await judge.request(request)).toBe('');
    const reply = await client.call(system, method, path, body);
    if (reply.text !== '') expect(judge.response(request, reply.status, reply.body)).toBe('');
    return reply;
  }
  const arm = async (method: string, path: string, body?: unknown) => judged('arm', method, workspacePath(path), body);
  const graph = async (method: string, path: string, body?: unknown) => judged('graph', method, `/v1.0${path}`, body);

  test('Sentinel answers in the published shapes', async () => {
    const statuses = [
      await arm('GET', '/incidents?$top=2'),
      await arm('GET', `/incidents/${name}`),
      await arm('PUT', `/incidents/${name}/comments/${randomUUID()}`, { properties: { message: 'Decided' } }),
      await arm('GET', `/incidents/${name}/comments`),
      await arm('PUT', `/incidents/${name}/tasks/${randomUUID()}`, { properties: { title: 'Call', status: 'New' } }),
      await arm('GET', `/incidents/${name}/tasks`),
      await arm('POST', `/incidents/${name}/alerts`),
      await arm('POST', `/incidents/${name}/entities`),
      await arm('GET', `/incidents/${name}/relations`),
      await arm('PUT', '/incidents/new-one', { properties: { title: 'x', severity: 'Low', status: 'New', labels: [{ labelName: 'a' }] } }),
      await arm('GET', '/incidents/nowhere'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 201, 200, 201, 200, 200, 200, 200, 201, 404]);
  });

  test('Graph answers in the published shapes', async () => {
    const statuses = [
      await graph('GET', '/users?$top=3'),
      await graph('GET', `/users/${ALICE}`),
      await graph('GET', `/users/${ALICE}?$select=id,accountEnabled,userType,onPremisesSyncEnabled,signInSessionsValidFromDateTime`),
      await graph('PATCH', `/users/${ALICE}`, { accountEnabled: false }),
      await graph('POST', `/users/${ALICE}/revokeSignInSessions`),
      await graph('GET', `/users/${ALICE}/manager`),
      await graph('GET', `/users/${ALICE}/memberOf`),
      await graph('POST', '/identityProtection/riskyUsers/confirmCompromised', { userIds: [ALICE] }),
      await graph('GET', '/users/nobody@contoso.com'),
    ].map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 204, 200, 200, 200, 204, 404]);
  });

  test.each([
    ['CreateIncident', 'PUT', '/incidents/example', 'incident'],
    ['CreateIncidentComment', 'PUT', '/incidents/example/comments/4bb36b7b-26ff-4d1c-9cbe-0d8ab3da0014', 'incidentComment'],
  ])('the published example %s is taken, and what it shows is in our answer', async (file, method, path, parameter) => {
    const { parameters, responses } = Example.parse(await readSpec(`samples/sentinel-api/${file}.json`));
    const reply = await client.call('arm', method, workspacePath(path), parameters[parameter]);
    expect(reply.status).toBe(201);
    // Who wrote a comment is an app here, without address and UPN.
    const unlike = ['.properties.author.email', '.properties.author.userPrincipalName'];
    const missing = shapeOf(responses['201']?.body).filter((part) => !unlike.includes(part) && !shapeOf(reply.body).includes(part));
    expect(missing.filter((part) => !/relatedAnalyticRuleIds\[\]|labels\[\]|tactics\[\]/.test(part))).toEqual([]);
  });

  test('the published answer with entities and alerts has no more than ours', async () => {
    for (const [file, verb] of [
      ['GetAllIncidentAlerts', 'alerts'],
      ['GetAllIncidentEntities', 'entities'],
    ] as const) {
      const { responses } = Example.parse(await readSpec(`samples/sentinel-api/${file}.json`));
      const ours = shapeOf((await arm('POST', `/incidents/${name}/${verb}`)).body);
      expect(shapeOf(responses['200']?.body).filter((part) => !ours.includes(part) && !part.includes('additionalData'))).toEqual([]);
    }
  });

  test('a user has by default exactly the properties of the published sample', async () => {
    const ours = Object.keys(Object((await client.call('graph', 'GET', `/v1.0/users/${ALICE}`)).body)).filter(
      (key) => !key.startsWith('@'),
    );
    expect(ours.sort()).toEqual(Object.keys(Object(await readSpec('samples/graph/docs_user-get_0.json'))).sort());
    const update = await client.call('graph', 'PATCH', `/v1.0/users/${ALICE}`, await readSpec('samples/graph/docs_user-update_0.json'));
    expect(update.status).toBe(204);
    const revoked = (await client.call('graph', 'POST', `/v1.0/users/${ALICE}/revokeSignInSessions`)).body;
    expect(shapeOf(revoked)).toEqual(shapeOf(await readSpec('samples/graph/docs_user-revokesigninsessions_0.json')));
  });

  test('Defender takes the published bodies and answers with all that is published', async () => {
    const machine = '1e5bc9d7e413ddd7902c2932e418702b84d0cc01';
    const post = async (path: string, file: string) =>
      client.call('defender', 'POST', `/api/${path}`, await readSpec(`samples/defender-endpoint/docs_${file}_0.json`));
    const isolated = await post(`machines/${machine}/isolate`, 'isolate-machine');
    const others = [
      await post(`machines/${machine}/unisolate`, 'unisolate-machine'),
      await post(`machines/${machine}/runAntiVirusScan`, 'run-av-scan'),
      await post(`machines/${machine}/restrictCodeExecution`, 'restrict-code-execution'),
      await post('indicators', 'post-ti-indicator'),
    ];
    expect([isolated, ...others].map(({ status }) => status)).toEqual([201, 201, 201, 201, 200]);
    const lacking = async (file: string, body: unknown) =>
      shapeOf(await readSpec(`samples/defender-endpoint/${file}.json`)).filter((part) => !shapeOf(body).includes(part));
    expect(await lacking('docs_get-machineaction-object_0', isolated.body)).toEqual([]);
    expect(await lacking('test_isolate_machine', isolated.body)).toEqual([]);
    const read = await client.call('defender', 'GET', `/api/machines/${machine}`);
    expect((await lacking('docs_get-machine-by-id_0', read.body)).filter((part) => part !== '.machineTags[]')).toEqual([]);
  });

  test("ServiceNow's refusal is word for word the published one", async () => {
    const login = client.sandbox.connectors.servicenow;
    const authorization = `Basic ${btoa(`${login?.user}:${login?.password}`)}`;
    const reply = await client.plain('GET', '/servicenow/api/now/table/incident/none', undefined, { authorization });
    expect(reply.body).toEqual(await readSpec('samples/servicenow/get_security_incident_invalid_sys_id.json'));
  });

  test('the judge finds what is wrong with an answer', async () => {
    const incident = requestOf('arm', 'GET', workspacePath('/incidents/a'));
    const properties = { title: 'x', severity: 'Low', status: 'New' };
    expect(judge.response(incident, 200, { properties })).toBe('');
    expect(judge.response(incident, 200, { properties: { ...properties, owner: { email: null } } })).toBe('');
    expect(judge.response(incident, 200, { properties: { ...properties, severity: 'low' } })).not.toBe('');
    expect(judge.response(incident, 200, { properties: { ...properties, incidentNumber: '1' } })).not.toBe('');
    const user = requestOf('graph', 'GET', `/v1.0/users/${ALICE}`);
    expect(judge.response(user, 200, { accountEnabled: 'yes' })).not.toBe('');
    expect(judge.response(user, 302, {})).toBe('302 is not a published status');
  });

  test('the judge finds what is wrong with a request', async () => {
    const properties = { title: 'x', severity: 'Low', status: 'New' };
    const wrong = [
      requestOf('arm', 'PUT', workspacePath('/incidents/a'), { properties: { ...properties, severity: 'low' } }),
      requestOf('arm', 'PUT', workspacePath('/incidents/a'), { properties: { ...properties, clasification: 'TruePositive' } }),
      requestOf('arm', 'PUT', workspacePath('/incidents/a'), { properties: { ...properties, owner: { objectId: 'carol' } } }),
      requestOf('arm', 'POST', workspacePath('/incidents/a/runPlaybook')),
      requestOf('arm', 'GET', workspacePath('/incidents/a/entities')),
      requestOf('arm', 'GET', workspacePath('/incidents').replace(/\?.*/, '')),
      requestOf('graph', 'PATCH', `/v1.0/users/${ALICE}`, { acountEnabled: false }),
      requestOf('graph', 'PATCH', `/v1.0/users/${ALICE}`, { accountEnabled: 'no' }),
      requestOf('graph', 'POST', `/v1.0/users/${ALICE}/revokeSessions`),
      requestOf('servicenow', 'POST', '/api/now/table/incident', { short_descripton: 'x' }),
      requestOf('defender', 'POST', '/api/machines/1/isolate', { comment: 'x', IsolationType: 'Full' }),
    ];
    expect(await judgeRequests(wrong)).toHaveLength(wrong.length);
    const right = [
      requestOf('arm', 'PUT', workspacePath('/Incidents/a').replace('resourceGroups', 'resourcegroups'), { etag: '"1"', properties }),
      requestOf('servicenow', 'PATCH', '/api/now/table/incident/1', {
        work_notes: 'x',
        close_code: 'y',
        close_notes: 'z',
        state: '6',
        correlation_id: 'k',
      }),
      requestOf('panos', 'POST', '/api/'),
    ];
    expect(await judgeRequests(right)).toEqual([]);
  });
});
