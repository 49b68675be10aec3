// Values at rest that only this deployment can read: bot tokens and profiles, AES-256-GCM under a key derived from one secret.
// The storage key is authenticated with the value, so that a value moved to another key does not open.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { z } from 'zod';

/** Where sealed values are kept; Keyv fits. `ttlMs` is milliseconds. */
export interface KeyValue {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** Typed, sealed values. A value that does not open or does not parse reads as null: the key changed, it must be made anew. */
export interface SealedStore {
  get<T>(key: string, schema: z.ZodType<T>): Promise<T | null>;
  set(key: string, value: object, ttlMs?: number): Promise<void>;
  delete(key: string): Promise<void>;
}

/** Seals texts and opens them again; `context` must be the same for both. */
export interface Seal {
  seal(text: string, context: string): string;
  open(sealed: string, context: string): string | null;
}

const IV_BYTES = 12; // NIST SP 800-38D, 5.2.1.1: 96 bits is the size for GCM
const TAG_BYTES = 16;

export function createSeal(secret: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'picket/slack/seal', 32));
  return {
    seal(text, context) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(context));
      return Buffer.concat([iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < IV_BYTES + TAG_BYTES) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES)).setAAD(Buffer.from(context));
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
      try {
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        return null; // tampered with, or sealed under another key
      }
    },
  };
}

export function createSealedStore(values: KeyValue, seal: Seal): SealedStore {
  return {
    async get(key, schema) {
      const sealed = await values.get(key);
      const text = typeof sealed === 'string' ? seal.open(sealed, key) : null;
      return text === null ? null : (schema.safeParse(JSON.parse(text)).data ?? null);
    },
    async set(key, value, ttlMs) {
      await values.set(key, seal.seal(JSON.stringify(value), key), ttlMs);
    },
    async delete(key) {
      await values.delete(key);
    },
  };
}
