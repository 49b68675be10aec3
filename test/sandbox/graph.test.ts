// Microsoft Graph as the stand-in has it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Client, openSandbox, type Reply } from './client.ts';

const ALICE = '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f';
let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

async function graph(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply> {
  return client.call('graph', method, `/v1.0${path}`, body, headers);
}

describe('reading users', () => {
  test('finds one by UPN or object id, without regard to case', async () => {
    expect((await graph('GET', '/users/ALICE@contoso.com')).body).toMatchObject({ id: ALICE, displayName: 'Alice Example' });
    expect((await graph('GET', `/users/${ALICE.toUpperCase()}`)).body).toMatchObject({ userPrincipalName: 'alice@contoso.com' });
    expect((await graph('GET', "/users('alice@contoso.com')")).body).toMatchObject({ id: ALICE });
  });

  test('keeps accountEnabled back unless it is selected', async () => {
    expect((await graph('GET', `/users/${ALICE}`)).body).not.toHaveProperty('accountEnabled');
    const { body } = await graph('GET', `/users/${ALICE}?$select=id,accountEnabled`);
    expect(body).toEqual({ '@odata.context': expect.any(String), id: ALICE, accountEnabled: true });
  });

  test('refuses to select a property that does not exist', async () => {
    expect(await graph('GET', `/users/${ALICE}?$select=acountEnabled`)).toMatchObject({
      status: 400,
      body: { error: { code: 'BadRequest' } },
    });
  });

  test('finds a guest whose UPN has a # when it is escaped', async () => {
    const reply = await graph('GET', '/users/gustav_example.net%23EXT%23@contoso.com?$select=userType');
    expect(reply.body).toMatchObject({ userType: 'Guest' });
  });

  test('answers 404 with the request ids for somebody unknown', async () => {
    const reply = await graph('GET', '/users/mallory@contoso.com', undefined, { 'client-request-id': 'mine' });
    expect(reply).toMatchObject({
      status: 404,
      body: { error: { code: 'Request_ResourceNotFound', innerError: { 'client-request-id': 'mine' } } },
    });
  });

  test.each([
    ["mail eq 'ALICE@contoso.com'", 1],
    ["proxyAddresses/any(x:x eq 'smtp:a.example@contoso.com')", 1],
    ["onPremisesSecurityIdentifier eq 'S-1-5-21-1000000001-1000000002-1000000003-1177'", 1],
    ["userPrincipalName eq 'grace.o''illustration@contoso.com'", 1],
    ["startswith(displayName,'Alex')", 2],
    ["startswith(displayName,'Alex') and mail eq 'alex.sample@contoso.com'", 1],
    ["mail eq 'alice@contoso.com' or mail eq 'bob@contoso.com'", 2],
    ['accountEnabled eq false', 0],
  ])('filters by %s', async (filter, count) => {
    const { status, body } = await graph('GET', `/users?$filter=${encodeURIComponent(filter)}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ value: { length: count } });
  });

  test('refuses a filter it does not understand instead of returning everybody', async () => {
    for (const filter of ["nickname eq 'al'", "mail is 'x'", "mail eq 'o'neil@contoso.com'"]) {
      expect((await graph('GET', `/users?$filter=${encodeURIComponent(filter)}`)).status).toBe(400);
    }
  });

  test('searches names by word with the eventual header alone', async () => {
    const path = '/users?$search="displayName:alex"&$count=true';
    expect((await graph('GET', path)).status).toBe(400);
    const reply = await graph('GET', path, undefined, { ConsistencyLevel: 'eventual' });
    expect(reply.body).toMatchObject({ '@odata.count': 2, value: [{ displayName: 'Alex Sample' }, { displayName: 'Alex Specimen' }] });
  });

  test('pages with a link on its own origin', async () => {
    const first = await graph('GET', '/users?$top=7&$select=id');
    const link = Reflect.get(Object(first.body), '@odata.nextLink');
    expect(link).toMatch(new RegExp(`^${client.sandbox.url}/graph/v1.0/users\\?`));
    const second = await client.plain('GET', String(link).slice(client.sandbox.url.length), undefined, {
      authorization: `Bearer ${await client.token('graph')}`,
    });
    expect(second.body).toMatchObject({ value: { length: 5 } });
    expect(second.body).not.toHaveProperty(['@odata.nextLink']);
  });
});

describe('changing users', () => {
  test('disables an account, and nothing else of it', async () => {
    expect((await graph('PATCH', `/users/${ALICE}`, { accountEnabled: false })).status).toBe(204);
    expect((await graph('GET', `/users/${ALICE}?$select=accountEnabled,displayName`)).body).toMatchObject({
      accountEnabled: false,
      displayName: 'Alice Example',
    });
  });

  test.each([
    ['a misspelt property', { acountEnabled: false }, 400],
    ['a string for a boolean', { accountEnabled: 'false' }, 400],
    ['an empty body', {}, 400],
  ])('refuses %s', async (_what, body, status) => {
    expect((await graph('PATCH', `/users/${ALICE}`, body)).status).toBe(status);
    expect((await graph('GET', `/users/${ALICE}?$select=accountEnabled`)).body).toMatchObject({ accountEnabled: true });
  });

  test('refuses a body that is not declared as JSON', async () => {
    expect((await graph('PATCH', `/users/${ALICE}`, '{"accountEnabled":false}', { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('refuses to touch an administrator', async () => {
    const reply = await graph('PATCH', '/users/root.admin@contoso.com', { accountEnabled: false });
    expect(reply).toMatchObject({ status: 403, body: { error: { code: 'Authorization_RequestDenied' } } });
  });

  test('ends the sessions of a member, and those of a guest only in appearance', async () => {
    const guest = '1a2b3c4d-0000-4000-8000-00000000000c';
    for (const id of [ALICE, guest]) expect((await graph('POST', `/users/${id}/revokeSignInSessions`)).body).toMatchObject({ value: true });
    const read = async (id: string) =>
      Reflect.get(
        Object((await graph('GET', `/users/${id}?$select=signInSessionsValidFromDateTime`)).body),
        'signInSessionsValidFromDateTime',
      );
    expect(Date.parse(String(await read(ALICE)))).toBeGreaterThan(Date.now() - 10_000);
    expect(await read(guest)).toBe('2024-02-01T09:00:00Z');
  });

  test('names no manager with 404', async () => {
    expect((await graph('GET', '/users/bob@contoso.com/manager')).status).toBe(404);
    expect((await graph('GET', `/users/${ALICE}/manager`)).body).toMatchObject({ displayName: 'Bob Placeholder' });
  });
});

test('identity protection takes one request a second and does not say when to come back', async () => {
  const path = '/identityProtection/riskyUsers/confirmCompromised';
  expect((await graph('POST', path, { userIds: [ALICE] })).status).toBe(204);
  const second = await graph('POST', path, { userIds: [ALICE] });
  expect(second.status).toBe(429);
  expect(second.headers.get('retry-after')).toBeNull();
  client.wait(1000);
  expect((await graph('GET', `/identityProtection/riskyUsers/${ALICE}`)).body).toMatchObject({ riskState: 'confirmedCompromised' });
});
