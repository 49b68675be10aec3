// The stand-in's HTTP side: signing keys, the token endpoint, and the connector below /teams/. Every call is recorded; what no correct
// bot asks for is kept as a problem.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { isTooLarge } from './activity-check.ts';
import { ConnectorRefusal, routeOf } from './connector.ts';
import type { Fault, FaultPlan, Operation } from './faults.ts';
import { BOT_FRAMEWORK, type Issuer } from './issuer.ts';
import type { Json, World } from './world.ts';

export interface FakeCall {
  readonly operation: Operation;
  readonly path: string;
  readonly body: unknown;
  /** When it arrived, on this process's monotonic clock in ms. */
  readonly at: number;
  readonly status: number;
}

export interface Service {
  readonly server: Server;
  readonly calls: FakeCall[];
  /** Calls that no correct bot makes. */
  readonly problems: string[];
  /** Seconds that the bot's next tokens last. */
  tokenLifetimeS: number;
}

interface Answered {
  readonly status: number;
  readonly body: Json;
}

export function createService(world: World, issuer: Issuer, faults: FaultPlan): Service {
  const service: Service = { server: createServer(), calls: [], problems: [], tokenLifetimeS: 3_600 };
  service.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => {
      service.problems.push(`stand-in failed: ${String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const path = (request.url ?? '/').slice(1);
    const text = await bodyOf(request);
    const asked = look(request, path, text);
    if (asked === null) {
      service.problems.push(`${request.method} /${path} is not Teams`);
      return void response.writeHead(404).end();
    }
    const fault = faults.take(asked.operation, writtenTo(asked.operation, path, text));
    if (fault?.kind === 'drop') return void response.destroy();
    if (fault?.kind === 'delay') await delay(fault.ms);
    const { status, body } = failing(fault) ?? asked.answer();
    service.calls.push({ operation: asked.operation, path, body: text === '' ? null : parsed(text), at, status });
    if (fault?.kind === 'lose-answer') return void response.destroy();
    const wait = fault?.kind === 'rate-limit' && fault.seconds !== undefined ? { 'retry-after': String(fault.seconds) } : {};
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...wait }).end(JSON.stringify(body));
  }

  function look(request: IncomingMessage, path: string, text: string): { operation: Operation; answer(): Answered } | null {
    const origin = `http://${request.headers.host}`;
    const method = request.method ?? '';
    if (method === 'GET' && path === '.well-known/openidconfiguration')
      return { operation: 'keys', answer: () => ({ status: 200, body: { issuer: BOT_FRAMEWORK, jwks_uri: `${origin}/keys` } }) };
    if (method === 'GET' && path === 'keys') return { operation: 'keys', answer: () => ({ status: 200, body: { ...issuer.jwks } }) };
    if (method === 'POST' && path === `login/${world.appTenant}/oauth2/v2.0/token`)
      return { operation: 'token', answer: () => token(text) };
    // Teams' regions have addresses of their own: /teams/, /teams/emea/.
    const [, below] = /^teams\/(?:[a-z]+\/)?(v3\/.*)$/.exec(path) ?? [];
    const route = below === undefined ? null : routeOf(method, below);
    if (route === null) return null;
    return {
      operation: route.operation,
      answer() {
        const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
        if ((issuer.granted.get(bearer) ?? 0) < Date.now()) return refused(401, 'Unauthorized');
        if (isTooLarge(text)) return refused(413, 'MessageSizeTooBig');
        try {
          return { status: 200, body: route.answer(world, text === '' ? null : parsed(text), `${origin}/teams/`) };
        } catch (error) {
          if (!(error instanceof ConnectorRefusal)) throw error;
          if (error.status === 400) service.problems.push(`${method} /${path}: ${error.message}`);
          return refused(error.status, error.code, error.message);
        }
      },
    };
  }

  function token(text: string): Answered {
    const form = new URLSearchParams(text);
    const isRight = form.get('grant_type') === 'client_credentials' && form.get('scope') === `${BOT_FRAMEWORK}/.default`;
    if (!isRight) service.problems.push('the token was not asked for by client credentials for the connector');
    if (form.get('client_id') !== world.appId || form.get('client_secret') !== world.appPassword)
      return { status: 401, body: { error: 'invalid_client', error_description: `secret ${form.get('client_secret')}` } };
    const expires_in = service.tokenLifetimeS;
    return { status: 200, body: { token_type: 'Bearer', expires_in, access_token: issuer.grant(expires_in) } };
  }

  return service;
}

/** The conversation that a call posts or edits in, without its thread; '' when it does neither. */
function writtenTo(operation: Operation, path: string, text: string): string {
  if (operation === 'create') return /"channel":\{"id":"([^"]+)"/.exec(text)?.[1] ?? '';
  if (operation !== 'send' && operation !== 'edit') return '';
  const [, id = ''] = /v3\/conversations\/([^/]+)/.exec(path) ?? [];
  return decodeURIComponent(id).split(';')[0] ?? '';
}

function failing(fault: Fault | null): Answered | null {
  if (fault?.kind === 'rate-limit') return refused(429, 'TooManyRequests');
  return fault?.kind === 'http' ? refused(fault.status, fault.code ?? 'ServiceError') : null;
}

function refused(status: number, code: string, message = ''): Answered {
  return { status, body: { error: { code, message } } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
