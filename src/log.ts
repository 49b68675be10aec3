// The real Log: pino, one JSON object per line on standard output, a static message with fields beside it.
// Secrets never reach a line: every field whose name is on the one list below is replaced, at any depth.
import { pino } from 'pino';
import type { Log, LogFields } from './model/log.ts';

/** Names of fields whose values are never written, compared without case, `-` and `_`. Pages that show inputs use the same list. */
export const REDACTED_KEYS = [
  'password',
  'passwd',
  'pwd',
  'secret',
  'token',
  'accessToken',
  'refreshToken',
  'idToken',
  'clientSecret',
  'clientAssertion',
  'signingSecret',
  'ingestSecret',
  'appPassword',
  'botToken',
  'appToken',
  'apiKey',
  'privateKey',
  'authorization',
  'cookie',
  'setCookie',
  'xPanKey',
  'databaseUrl',
  'connectionString',
  'responseUrl',
  'signature',
] as const;

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** True for a name on the list. */
export function isRedactedKey(name: string): boolean {
  return FOLDED.has(fold(name));
}

/** Makes the process's log. `write` takes finished lines (each ends with a line break); standard output when absent. */
export function createLog(options: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly write?: (line: string) => void }): Log {
  const config = {
    level: options.level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(options.write === undefined ? pino(config) : pino(config, { write: options.write }));
}

interface Sink {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Sink;
}

function wrap(sink: Sink): Log {
  return {
    debug: (message, fields) => sink.debug(clean(fields), message),
    info: (message, fields) => sink.info(clean(fields), message),
    warn: (message, fields) => sink.warn(clean(fields), message),
    error: (message, fields) => sink.error(clean(fields), message),
    child: (fields) => wrap(sink.child(clean(fields))),
  };
}

function clean(fields: LogFields | undefined): object {
  const seen = new Set<object>();
  return Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, redact(name, value, seen)]));
}

// Errors become their message, stack and causes; what refers to itself is cut, since a log line must never throw.
function redact(name: string, value: unknown, seen: ReadonlySet<object>): unknown {
  if (isRedactedKey(name)) return value === '' || value === null || value === undefined ? value : REDACTED;
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (seen.has(value)) return '[circular]';
  const path = new Set([...seen, value]);
  if (path.size > MAX_DEPTH) return '[deep]';
  if (Array.isArray(value)) return value.map((item: unknown) => redact('', item, path));
  if (value instanceof Error) {
    const cause = value.cause === undefined ? {} : { cause: redact('cause', value.cause, path) };
    return { name: value.name, message: mask(value.message), stack: mask(value.stack ?? ''), ...cause };
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, redact(key, item, path)]));
}

const MAX_DEPTH = 8;

// Secrets that others put inside a text: credentials in a URL, an Authorization header, a Slack token.
function mask(text: string): string {
  return text
    .replaceAll(/(:\/\/[^\s:/@]*:)[^\s@/]+@/g, `$1${REDACTED}@`)
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`)
    .replaceAll(/\bx(?:ox[a-z]|app)-[\w-]{8,}/g, REDACTED);
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

const FOLDED: ReadonlySet<string> = new Set(REDACTED_KEYS.map(fold));
