// Hostile text, made fit for Postgres: neither NUL nor half of a surrogate pair can be saved in text or jsonb.

/** The same text with a replacement character for what cannot be saved. */
export function savable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

/** JSON for a jsonb column, every string in it savable. */
export function savableJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === 'string' ? savable(part) : part));
}
