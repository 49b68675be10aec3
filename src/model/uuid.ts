// Ids that come back from outside, on buttons and in addresses: only what has the shape of one may be asked of the database.

/** True for a UUID in its usual form. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}
