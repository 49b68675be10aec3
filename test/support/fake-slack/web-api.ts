// The stand-in's HTTP side: /api/<method>, /response/<token> and the OAuth page. Every call is recorded; what Slack has never heard of,
// and what Picket must not send, is kept as a problem.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultPlan } from './faults.ts';
import { type Answer, type Arguments, addMessage, METHODS, SlackRefusal } from './methods.ts';
import type { FakeChannel, World } from './world.ts';

export interface FakeCall {
  readonly method: string;
  /** When it arrived, on this process's monotonic clock in ms. */
  readonly at: number;
  readonly arguments: Arguments;
  /** Slack's `ok`, or its error. */
  readonly outcome: string;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly user: string;
  readonly threadTs: string;
  readonly expiresAt: number;
  uses: number;
}

export interface WebApi {
  readonly server: Server;
  readonly calls: FakeCall[];
  /** Calls that no correct app makes. */
  readonly problems: string[];
  readonly responseUrls: Map<string, ResponseUrl>;
  readonly codes: Map<string, { redirectUri: string }>;
}

const RESPONSE_USES = 5;

export function createWebApi(world: World, faults: FaultPlan): WebApi {
  const api: WebApi = { server: createServer(), calls: [], problems: [], responseUrls: new Map(), codes: new Map() };
  api.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    serve(request, response).catch((error: unknown) => {
      api.problems.push(`stand-in failed: ${String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await bodyOf(request);
    const [, room = '', rest = ''] = /^\/(api|response|oauth)\/(.+)$/.exec(url.pathname) ?? [];
    if (room === 'oauth' && request.method === 'GET') return authorize(url, response);
    if (request.method !== 'POST' || (room !== 'api' && room !== 'response')) {
      api.problems.push(`${request.method} ${url.pathname} is not Slack`);
      return void response.writeHead(404).end();
    }
    const method = room === 'api' ? rest : 'response_url';
    const fault = faults.take(method);
    if (fault?.kind === 'drop') return void response.destroy();
    if (fault?.kind === 'http') return void response.writeHead(fault.status).end('<html>');
    if (fault?.kind === 'delay') await delay(fault.ms);
    const given = argumentsOf(request, body);
    const wait = fault?.kind === 'rate-limit' ? fault.seconds : method === 'chat.postMessage' ? faults.wait(given.channel ?? '') : 0;
    if (wait > 0) {
      api.calls.push({ method, at, arguments: given, outcome: 'ratelimited' });
      return void response.writeHead(429, { 'retry-after': String(wait) }).end();
    }
    const answer =
      fault?.kind === 'error' ? { ok: false, error: fault.code } : room === 'api' ? call(method, given, request) : respond(rest, given);
    api.calls.push({ method, at, arguments: given, outcome: answer.ok === true ? 'ok' : String(answer.error) });
    if (fault?.kind === 'lose-answer') return void response.destroy();
    const status = room === 'response' && answer.ok !== true ? 404 : 200;
    response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(answer));
  }

  function call(name: string, given: Arguments, request: IncomingMessage): Answer {
    if (name === 'oauth.v2.access') return exchange(given, request);
    if (name === 'apps.connections.open') {
      const refused = bearerOf(request) !== world.team.appToken;
      return refused ? { ok: false, error: 'invalid_auth' } : { ok: true, url: `ws://${request.headers.host}/link` };
    }
    const method = METHODS[name];
    if (method === undefined) {
      api.problems.push(`unknown method ${name}`);
      return { ok: false, error: 'unknown_method' };
    }
    const token = bearerOf(request);
    if (token !== world.team.botToken) return { ok: false, error: token === '' ? 'not_authed' : 'invalid_auth' };
    const allowed = new Set([...method.required, ...method.optional, 'team_id']);
    const unknown = Object.keys(given).filter((key) => !allowed.has(key));
    const missing = method.required.filter((key) => given[key] === undefined || given[key] === '');
    if (unknown.length > 0 || missing.length > 0) {
      api.problems.push(`${name}: unknown ${unknown.join(',') || '-'}, missing ${missing.join(',') || '-'}`);
      return { ok: false, error: 'invalid_arguments' };
    }
    if (method.scopes.some((scope) => !world.team.scopes.has(scope))) return { ok: false, error: 'missing_scope' };
    return refusable(() => method.answer(world, given));
  }

  function respond(token: string, given: Arguments): Answer {
    const target = api.responseUrls.get(token);
    if (target === undefined || target.expiresAt < Date.now()) return { ok: false, error: 'expired_url' };
    if (target.uses >= RESPONSE_USES) return { ok: false, error: 'used_url' };
    target.uses += 1;
    const inChannel = given.response_type === 'in_channel';
    return refusable(() => {
      addMessage(
        world,
        channelOf(world, target.channel),
        { ...given, metadata: given.metadata ?? '{"event_type":"-","event_payload":{}}' },
        inChannel ? '' : target.user,
      );
      return {};
    });
  }

  /** The consent page, pressed at once: back to the app with a code. */
  function authorize(url: URL, response: ServerResponse): void {
    const redirectUri = url.searchParams.get('redirect_uri') ?? '';
    if (url.searchParams.get('client_id') !== world.team.clientId || redirectUri === '') {
      api.problems.push('OAuth page opened with another client id, or without redirect_uri');
      return void response.writeHead(400).end();
    }
    const code = world.id('code');
    api.codes.set(code, { redirectUri });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }

  function exchange(given: Arguments, request: IncomingMessage): Answer {
    const basic = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    const [id, secret] = basic === undefined ? [given.client_id, given.client_secret] : Buffer.from(basic, 'base64').toString().split(':');
    const code = api.codes.get(given.code ?? '');
    if (id !== world.team.clientId || secret !== world.team.clientSecret) return { ok: false, error: 'bad_client_secret' };
    if (code === undefined) return { ok: false, error: 'invalid_code' };
    if (code.redirectUri !== given.redirect_uri) return { ok: false, error: 'bad_redirect_uri' };
    api.codes.delete(given.code ?? '');
    const { team } = world;
    return {
      ok: true,
      app_id: team.appId,
      authed_user: { id: [...world.users.keys()][0] ?? 'U0OWNER' },
      scope: [...team.scopes].join(','),
      token_type: 'bot',
      access_token: team.botToken,
      bot_user_id: team.botUserId,
      team: team.enterpriseId === '' ? { id: team.id, name: 'SOC' } : null,
      enterprise: team.enterpriseId === '' ? null : { id: team.enterpriseId, name: 'Example' },
      is_enterprise_install: team.enterpriseId !== '',
    };
  }

  return api;
}

function refusable(work: () => Answer): Answer {
  try {
    return { ok: true, ...work() };
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    return { ok: false, error: error.message, ...(error.details.length === 0 ? {} : { errors: error.details }) };
  }
}

export function channelOf(world: World, id: string): FakeChannel {
  const channel = world.channels.get(id);
  if (channel === undefined) throw new SlackRefusal('channel_not_found');
  return channel;
}

function bearerOf(request: IncomingMessage): string {
  return /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
}

/** Arguments as texts, whether they came as a form or as JSON. */
function argumentsOf(request: IncomingMessage, body: string): Arguments {
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) return Object.fromEntries(new URLSearchParams(body));
  const parsed: unknown = JSON.parse(body);
  const entries = Object.entries(parsed ?? {}).map(([key, value]): [string, string] => [
    key,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return Object.fromEntries(entries);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
