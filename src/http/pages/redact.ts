// Inputs and outputs of steps as the run log shows them: secrets replaced, size bounded.
import { cleanText } from '../../cards/clean.ts';
import { isRedactedKey, REDACTED } from '../../log.ts';

/** The value as indented JSON with every secret replaced, cut after 20 000 characters. */
export function shownJson(value: unknown): string {
  return cleanText(JSON.stringify(redacted(value), null, 2) ?? '', MAX_CHARACTERS);
}

const MAX_CHARACTERS = 20_000;

function redacted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redacted);
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (isSecret(key) && item !== '' && item !== null) return [key, REDACTED];
      return [key, key.toLowerCase() === 'headers' ? redactedHeaders(item) : redacted(item)];
    }),
  );
}

/** Headers that never carry a secret; what others carry, only their receiver knows (`x-functions-key`, `x-auth` ...). */
const OPEN_HEADERS = new Set(
  (
    'accept cache-control content-encoding content-length content-type date etag idempotency-key last-modified retry-after server ' +
    'transfer-encoding user-agent vary x-request-id'
  ).split(' '),
);

function redactedHeaders(headers: unknown): unknown {
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return redacted(headers);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, OPEN_HEADERS.has(name.toLowerCase()) || value === '' ? value : REDACTED]),
  );
}

// What a URL or a text carries in itself: a signed address, an Authorization header.
function redactedText(text: string): string {
  return text
    .replaceAll(/([?&](?:[\w.-]*(?:key|token|secret|password|signature)|sig|code)=)[^&#\s"']+/gi, `$1${REDACTED}`)
    .replaceAll(/(:\/\/[^\s:/@]*:)[^\s@/]+@/g, `$1${REDACTED}@`)
    .replaceAll(/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`);
}

// Wider than the log's list: here a playbook's author names the keys, and a word too many hidden costs less than one too few.
function isSecret(key: string): boolean {
  return (
    isRedactedKey(key) || /password|passwd|secret|token|authorization|cookie|credential|(?:api|private|access)[-_]?key|^key$/i.test(key)
  );
}
