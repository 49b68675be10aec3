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
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, isSecret(key) && item !== '' && item !== null ? REDACTED : redacted(item)]),
  );
}

// Wider than the log's list: here a playbook's author names the keys, and a word too many hidden costs less than one too few.
function isSecret(key: string): boolean {
  return (
    isRedactedKey(key) || /password|passwd|secret|token|authorization|cookie|credential|(?:api|private|access)[-_]?key|^key$/i.test(key)
  );
}
