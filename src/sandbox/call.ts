// One HTTP call to a stand-in and its answer, free of sockets, and the routing all stand-ins share.
// A stand-in refuses by throwing a Problem at any depth; the shape of the refusal on the wire is its own.
import type { World } from './world.ts';

export const SYSTEMS = ['login', 'graph', 'arm', 'servicenow', 'panos', 'defender', 'smtp'] as const;
export type System = (typeof SYSTEMS)[number];
export type HttpSystem = Exclude<System, 'smtp'>;

export interface Call {
  readonly method: string;
  /** As sent, without the system's prefix and without the query: `/v1.0/users/alice%40contoso.com`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The base URL a connector is configured with: `http://127.0.0.1:4100/graph`. */
  readonly base: string;
  readonly now: Date;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One outside system over HTTP. */
export interface Standin {
  /** Also the first segment of its paths. */
  readonly system: HttpSystem;
  /** Answers, or throws a Problem. */
  answer(world: World, call: Call): Answer;
  /** A Problem in this system's own words. */
  refuse(problem: Problem, call: Call): Answer;
}

/** A refusal: HTTP status, the code the system names it by, and a message. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export interface Route {
  readonly method: string;
  /** Matched against the undecoded path; its groups are decoded and handed over. */
  readonly path: RegExp;
  answer(world: World, call: Call, params: readonly string[]): Answer;
}

/** The answer of the first route that fits; 404 for an unknown path, 405 for a known path with another method. */
export function route(routes: readonly Route[], world: World, call: Call, path = call.path): Answer {
  const known = routes.filter((candidate) => candidate.path.test(path));
  const found = known.find((candidate) => candidate.method === call.method);
  if (found !== undefined) return found.answer(world, call, decodeAll(found.path.exec(path) ?? []));
  if (known.length > 0) throw new Problem(405, 'MethodNotAllowed', `${call.method} is not offered on ${path}.`);
  throw new Problem(404, 'NotFound', `No resource at ${path}.`);
}

function decodeAll(match: readonly (string | undefined)[]): readonly string[] {
  try {
    return match.slice(1).map((part) => decodeURIComponent(part ?? ''));
  } catch {
    throw new Problem(400, 'BadRequest', 'The path has a malformed percent escape.');
  }
}

/** The JSON body; `Content-Type: application/json` is required, as by the real systems. */
export function readJson(call: Call): unknown {
  const type = call.headers['content-type'] ?? '';
  if (!/^application\/json(;|$)/i.test(type.trim())) {
    throw new Problem(415, 'UnsupportedMediaType', `Content-Type must be application/json, not '${type}'.`);
  }
  try {
    return JSON.parse(call.body);
  } catch {
    throw new Problem(400, 'BadRequest', 'The body is not valid JSON.');
  }
}

export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: JSON.stringify(value) };
}

export function empty(status: number): Answer {
  return { status, headers: {}, body: '' };
}
