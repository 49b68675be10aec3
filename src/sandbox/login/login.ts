// Entra's token endpoint: client credentials for the stand-ins behind a bearer token, and nothing else.
// Error codes: learn.microsoft.com/entra/identity-platform, reference-error-codes.
import { randomUUID } from 'node:crypto';
import { type Answer, type Call, json, Problem, type Route, route, type Standin } from '../call.ts';
import type { World } from '../world.ts';
import { APP_OBJECT_ID, CLIENT_ID, CLIENT_SECRET, TENANT, TENANT_DOMAIN } from './settings.ts';
import { signToken } from './token.ts';

const LIFETIME_S = 3599;
/** Stand-ins that tokens are issued for, by their path on this server. */
const RESOURCES = ['arm', 'graph', 'defender'];

const ROUTES: readonly Route[] = [{ method: 'POST', path: /^\/([^/]+)\/oauth2\/v2\.0\/token$/, answer: issue }];

export const login: Standin = {
  system: 'login',
  answer: (world, call) => route(ROUTES, world, call),
  refuse: (problem, call) => {
    const number = Number(/^AADSTS(\d+)/.exec(problem.message)?.[1] ?? 0);
    const ids = { trace_id: randomUUID(), correlation_id: call.headers['client-request-id'] ?? randomUUID() };
    const timestamp = `${call.now.toISOString().slice(0, 19).replace('T', ' ')}Z`;
    return json(
      problem.status,
      {
        error: problem.code,
        error_description: `${problem.message} Trace ID: ${ids.trace_id} Correlation ID: ${ids.correlation_id} Timestamp: ${timestamp}`,
        error_codes: number === 0 ? [] : [number],
        timestamp,
        ...ids,
      },
      problem.headers,
    );
  },
};

function issue(world: World, call: Call, [tenant = '']: readonly string[]): Answer {
  if (![TENANT, TENANT_DOMAIN].includes(tenant.toLowerCase()))
    throw new Problem(400, 'invalid_request', `AADSTS90002: Tenant '${tenant}' not found.`);
  if (!(call.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    throw new Problem(400, 'invalid_request', 'AADSTS900144: The request body must be a form that contains the parameters.');
  }
  const form = new URLSearchParams(call.body);
  for (const name of ['grant_type', 'client_id', 'client_secret', 'scope']) {
    if ((form.get(name) ?? '') === '') {
      throw new Problem(400, 'invalid_request', `AADSTS900144: The request body must contain the following parameter: '${name}'.`);
    }
  }
  if (form.get('grant_type') !== 'client_credentials') {
    throw new Problem(
      400,
      'unsupported_grant_type',
      `AADSTS70003: The app requested an unsupported grant type '${form.get('grant_type')}'.`,
    );
  }
  if (form.get('client_id') !== CLIENT_ID) {
    throw new Problem(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${form.get('client_id')}' was not found in the directory.`,
    );
  }
  if (form.get('client_secret') !== CLIENT_SECRET)
    throw new Problem(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.');
  const resource = readResource(form.get('scope') ?? '', call.base);
  const issued = Math.floor(call.now.getTime() / 1000);
  const claims = { aud: resource, appid: CLIENT_ID, tid: TENANT, oid: APP_OBJECT_ID, iat: issued, exp: issued + LIFETIME_S };
  return json(200, {
    token_type: 'Bearer',
    expires_in: LIFETIME_S,
    ext_expires_in: LIFETIME_S,
    access_token: signToken(world.tokenKey, claims),
  });
}

function readResource(scope: string, base: string): string {
  if (!scope.endsWith('/.default')) {
    throw new Problem(
      400,
      'invalid_scope',
      `AADSTS1002012: The provided value for scope ${scope} is not valid: client credentials need <resource>/.default.`,
    );
  }
  const resource = scope.slice(0, -'/.default'.length);
  const known = RESOURCES.map((name) => `${base.slice(0, base.lastIndexOf('/'))}/${name}`);
  if (!known.includes(resource)) {
    throw new Problem(400, 'invalid_resource', `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`);
  }
  return resource;
}
