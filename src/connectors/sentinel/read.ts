// Reads what Sentinel and its playbook triggers send: property names without regard to case, wrong types as if absent, lengths bounded.
// The same field is `accountName` in the API, `Name` in triggers, and `additionalData` differs in case between products.

export type Json = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first of these properties that is there and not null. */
export function pick(source: unknown, ...names: readonly string[]): unknown {
  if (!isObject(source)) return undefined;
  for (const name of names) {
    if (Object.hasOwn(source, name) && source[name] !== null && source[name] !== undefined) return source[name];
  }
  const wanted = names.map((name) => name.toLowerCase());
  for (const [key, value] of Object.entries(source)) {
    if (value !== null && value !== undefined && wanted.includes(key.toLowerCase())) return value;
  }
  return undefined;
}

/** A text of at most `limit` characters, '' when absent or of another type. Numbers and booleans are written out. */
export function text(value: unknown, limit = 400): string {
  const whole = typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
  // NUL and half surrogate pairs are refused by Postgres and by chat platforms.
  const storable = whole.slice(0, limit + 1).replaceAll('\0', '\ufffd');
  return (storable.length <= limit ? storable : `${storable.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`).toWellFormed().trim();
}

/** Elements of an array, or of the JSON text of one (Log Analytics gives arrays as strings); [] otherwise. */
export function list(value: unknown, limit = 1000): readonly unknown[] {
  const found = typeof value === 'string' ? parsed(value) : value;
  return Array.isArray(found) ? found.slice(0, limit) : [];
}

/** An object, or the JSON text of one; {} otherwise. */
export function object(value: unknown): Json {
  const found = typeof value === 'string' ? parsed(value) : value;
  return isObject(found) ? found : {};
}

/** Distinct non-empty texts of a list. */
export function texts(value: unknown, limit = 200): readonly string[] {
  const all = list(value).map((item) => text(item));
  return [...new Set(all)].filter((item) => item !== '').slice(0, limit);
}

/** The member of `allowed` that this names without regard to case, else `otherwise`. */
export function oneOf<T extends string>(value: unknown, allowed: readonly T[], otherwise: T): T {
  const found = text(value).toLowerCase();
  return allowed.find((item) => item.toLowerCase() === found) ?? otherwise;
}

/** A time as ISO UTC. Zero to seven fractional digits, a space for the T, no zone (UTC is meant), `11/16/2020, 8:40:20.842 PM`; '' otherwise. */
export function time(value: unknown): string {
  const given = text(value, 60);
  const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$/i.exec(given);
  const readable = iso === null ? american(given) : `${iso[1]}T${iso[2]}${(iso[3] ?? '').slice(0, 4)}${(iso[4] ?? 'Z').toUpperCase()}`;
  const at = Date.parse(readable);
  // Year 1 is how .NET writes "never".
  return Number.isNaN(at) || at < 0 ? '' : new Date(at).toISOString();
}

function american(given: string): string {
  return /^\d{1,2}\/\d{1,2}\/\d{4},? \d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: [AP]M)?$/i.test(given) ? `${given} UTC` : '';
}

function parsed(value: string): unknown {
  if (value.length > 2_000_000 || !/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    // Not JSON after all: as if absent.
    return undefined;
  }
}
