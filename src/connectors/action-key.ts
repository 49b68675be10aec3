// Ids of our own for things that the target lets us name, so that a repeated call meets the same thing again.
import { createHash } from 'node:crypto';

/** Namespace of Picket's ids, itself a random UUID. */
const NAMESPACE = Buffer.from('6f2b1c0e5d7a4e0f9b3d8c61a4f7e295', 'hex');

/** UUID version 5 (RFC 9562, 5.5) of an action's idempotency key; `part` tells several things of one call apart. */
export function uuidFromKey(key: string, part = ''): string {
  const hash = createHash('sha1').update(NAMESPACE).update(`${key}${part}`).digest().subarray(0, 16);
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
