// A call that did not end well, with what an action needs to decide: the status, the answer, and whether it may have been done all the same.
import { ActionError } from '../model/errors.ts';

interface CallErrorOptions {
  readonly connector: string;
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** The answer, parsed when it was JSON. */
  readonly body?: unknown;
  /** True when the request may have taken effect although no usable answer came. */
  readonly lost: boolean;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** Thrown by the HTTP client; actions branch on `status` and `lost`. */
export class CallError extends ActionError {
  readonly status: number;
  readonly body: unknown;
  readonly lost: boolean;
  constructor(message: string, options: CallErrorOptions) {
    const wait = options.retryAfterMs === undefined ? {} : { retryAfterMs: options.retryAfterMs };
    super(message, { connector: options.connector, retryable: options.retryable, cause: options.cause, ...wait });
    this.status = options.status;
    this.body = options.body;
    this.lost = options.lost;
  }
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date; undefined when it says neither. */
export function retryAfterOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+(\.\d+)?\s*$/.test(header)) return Math.min(Number(header) * 1000, 24 * 3_600_000);
  const at = Date.parse(header);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.min(at - nowMs, 24 * 3_600_000));
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
const NOT_TRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL/;

export interface NetworkFailure {
  /** `refused`: no connection, so certainly not done. `untrusted`: the certificate was refused. `lost`: cut off somewhere. */
  readonly kind: 'refused' | 'untrusted' | 'lost';
  readonly code: string;
}

/** What a failed connection means. Errors hide their code in causes, and in the list of a host with several addresses. */
export function networkFailureOf(error: unknown): NetworkFailure {
  const code = codeOf(error, 0);
  if (NEVER_SENT.has(code)) return { kind: 'refused', code };
  if (NOT_TRUSTED.test(code)) return { kind: 'untrusted', code };
  return { kind: 'lost', code };
}

function codeOf(error: unknown, depth: number): string {
  if (!(error instanceof Error) || depth > 4) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return codeOf(inner, depth + 1);
}
