// The calls that were seen, newest last, for tests and the curious. Bounded; secrets are blanked.
import type { System } from './call.ts';

const KEPT = 2000;
const SECRET_HEADERS = ['authorization', 'x-pan-key', 'cookie'];

/** One call as `GET /control/requests` shows it. */
export interface SeenRequest {
  readonly at: string;
  readonly system: System;
  readonly method: string;
  /** Path and query below the system's base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** 0 when the connection was cut instead of an answer. */
  readonly status: number;
  /** The kind of fault that struck, '' for none. */
  readonly fault: string;
}

export class Requests {
  #seen: SeenRequest[] = [];

  add(request: SeenRequest): void {
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(request.headers)) headers[name] = SECRET_HEADERS.includes(name) ? blank(value) : value;
    const body = request.body.replace(/((?:client_secret|password)=)[^&]*/g, '$1***');
    this.#seen.push({ ...request, headers, body });
    if (this.#seen.length > KEPT) this.#seen.splice(0, this.#seen.length - KEPT);
  }

  list(): readonly SeenRequest[] {
    return this.#seen;
  }

  clear(): void {
    this.#seen = [];
  }
}

/** The scheme stays readable. */
function blank(value: string): string {
  const scheme = /^(\w+) /.exec(value)?.[1];
  return scheme === undefined ? '***' : `${scheme} ***`;
}
