// Hostile text, made fit for Postgres: neither NUL nor half of a surrogate pair can be saved in text or jsonb.

/** The same text with a replacement character for what cannot be saved. */
export function savable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** JSON for a jsonb column, every string in it savable. */
export function savableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'string') return savable(part);
    return hasUnsavableKey(part) ? Object.fromEntries(Object.entries(part).map(([key, item]) => [savable(key), item])) : part;
  });
}

// Names come from outside too: the body of an answer, say.
function hasUnsavableKey(part: unknown): part is object {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return false;
  for (const key in part) if (key.includes('\0') || !key.isWellFormed()) return true;
  return false;
}
