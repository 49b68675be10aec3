// Properties in a value that its published schema does not have: most descriptions let them pass, and the service drops them in silence.

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first property that the schema does not know, as a complaint; '' when there is none. References must be resolved. */
export function findUnknown(schema: unknown, value: unknown, path = ''): string {
  if (Array.isArray(value)) {
    const items = parts(schema).find((part) => part.items !== undefined)?.items;
    return value.map((item, at) => findUnknown(items, item, `${path}/${at}`)).find((complaint) => complaint !== '') ?? '';
  }
  if (!isRecord(value)) return '';
  const known = new Map(parts(schema).flatMap((part) => (isRecord(part.properties) ? Object.entries(part.properties) : [])));
  // A schema without properties is a free form.
  if (known.size === 0) return '';
  for (const [name, inner] of Object.entries(value)) {
    if (!known.has(name)) return `${path}/${name} is not a published property`;
    const complaint = findUnknown(known.get(name), inner, `${path}/${name}`);
    if (complaint !== '') return complaint;
  }
  return '';
}

function parts(schema: unknown): Record<string, unknown>[] {
  if (!isRecord(schema)) return [];
  const combined = ['allOf', 'anyOf', 'oneOf'].flatMap((word) => schema[word]).filter(isRecord);
  return [schema, ...combined.flatMap(parts)];
}
