// Entra's token endpoint as the stand-in has it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Client, credentials, openSandbox } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
afterAll(async () => client.sandbox.stop());

async function ask(change: Record<string, string>, tenant = client.sandbox.connectors.azure?.tenant ?? '') {
  const form = credentials(client.sandbox, `${client.sandbox.url}/graph/.default`);
  for (const [name, value] of Object.entries(change)) form.set(name, value);
  return client.plain('POST', `/login/${tenant}/oauth2/v2.0/token`, form);
}

describe('the token endpoint', () => {
  test('gives a bearer token without a refresh token', async () => {
    const { status, body } = await ask({});
    expect(status).toBe(200);
    expect(body).toEqual({ token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: expect.any(String) });
  });

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }, 401, 'invalid_client', 7000215],
    ['an unknown app', { client_id: '00000000-0000-4000-8000-000000000000' }, 400, 'unauthorized_client', 700016],
    ['a scope without /.default', { scope: 'User.Read' }, 400, 'invalid_scope', 1002012],
    ['an unknown resource', { scope: 'https://graph.example.com/.default' }, 400, 'invalid_resource', 500011],
    ['another grant', { grant_type: 'password' }, 400, 'unsupported_grant_type', 70003],
    ['an empty secret', { client_secret: '' }, 400, 'invalid_request', 900144],
  ])('refuses %s with its own code', async (_what, change, status, error, code) => {
    const reply = await ask(change);
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ error, error_codes: [code], error_description: expect.stringContaining(`AADSTS${code}`) });
  });

  test('refuses an unknown tenant', async () => {
    const reply = await ask({}, '00000000-0000-4000-8000-000000000001');
    expect(reply).toMatchObject({ status: 400, body: { error_codes: [90002] } });
  });

  test('refuses a JSON body', async () => {
    const reply = await client.plain('POST', '/login/contoso.com/oauth2/v2.0/token', { grant_type: 'client_credentials' });
    expect(reply.status).toBe(400);
  });

  test('a token ends after an hour and is good for one system alone', async () => {
    expect((await client.call('graph', 'GET', '/v1.0/users')).status).toBe(200);
    const authorization = `Bearer ${await client.token('graph')}`;
    expect((await client.call('defender', 'GET', '/api/machines', undefined, { authorization })).status).toBe(401);
    expect((await client.call('graph', 'GET', '/v1.0/users', undefined, { authorization: `${authorization}x` })).status).toBe(401);
    client.wait(3_600_000);
    const late = await client.call('graph', 'GET', '/v1.0/users', undefined, { authorization });
    expect(late).toMatchObject({ status: 401, body: { error: { code: 'InvalidAuthenticationToken' } } });
  });
});
