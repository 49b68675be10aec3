// The signature, issuer, audience and times of a request's token, checked before botbuilder sees it: botbuilder prints keys to the
// console when a check fails, and remembers issuers that unverified tokens name.
import { createLocalJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';
import { BOT_FRAMEWORK } from './endpoints.ts';

export interface TokenCheck {
  /** The claims of a token that counts for this channel. Throws with the reason. */
  verify(authorization: string, channelId: string): Promise<JWTPayload>;
}

interface TokenCheckOptions {
  readonly openIdMetadataUrl: string;
  readonly appId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** As botbuilder: clocks may differ by five minutes. */
export const CLOCK_TOLERANCE_S = 5 * 60;
const KEEP_MS = 24 * 60 * 60_000;
/** A token with an unknown key may ask for newer ones this often. */
const ASK_AGAIN_MS = 5 * 60_000;
const TIMEOUT_MS = 5_000;

const Metadata = z.object({ jwks_uri: z.url() });
const PublishedKeys = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      kid: z.string().default(''),
      n: z.string().default(''),
      e: z.string().default(''),
      endorsements: z.array(z.string()).default([]),
    }),
  ),
});

interface Keys {
  readonly find: ReturnType<typeof createLocalJWKSet>;
  /** Channels that a key may speak for, by its id; empty for all. */
  readonly endorsements: ReadonlyMap<string, readonly string[]>;
}

export function createTokenCheck({ openIdMetadataUrl, appId, now }: TokenCheckOptions): TokenCheck {
  let known: { readonly keys: Keys; readonly at: number } | null = null;
  let loading: Promise<Keys> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;

  const load = async (): Promise<Keys> => {
    const { jwks_uri } = Metadata.parse(await getJson(openIdMetadataUrl));
    if (new URL(jwks_uri).protocol !== new URL(openIdMetadataUrl).protocol)
      throw new Error('the signing keys are at an address that is not secure');
    const { keys } = PublishedKeys.parse(await getJson(jwks_uri));
    return { find: createLocalJWKSet({ keys }), endorsements: new Map(keys.map(({ kid, endorsements }) => [kid, endorsements])) };
  };

  /** Keys that are older than `ms` are asked for again, not too often; while they cannot be had, the old ones count. */
  async function keysNotOlderThan(ms: number): Promise<Keys> {
    if (known !== null && (now() - known.at <= ms || now() - askedAt <= ASK_AGAIN_MS)) return known.keys;
    askedAt = now();
    loading ??= load().finally(() => {
      loading = null;
    });
    try {
      const keys = await loading;
      known = { keys, at: now() };
      return keys;
    } catch (error) {
      if (known === null) throw error;
      return known.keys;
    }
  }

  async function verifyWith(keys: Keys, token: string, channelId: string): Promise<JWTPayload> {
    const { payload, protectedHeader } = await jwtVerify(token, keys.find, {
      algorithms: ['RS256', 'RS384', 'RS512'],
      issuer: BOT_FRAMEWORK,
      audience: appId,
      clockTolerance: CLOCK_TOLERANCE_S,
      currentDate: new Date(now()),
      requiredClaims: ['exp'],
    });
    const endorsements = keys.endorsements.get(protectedHeader.kid ?? '') ?? [];
    if (endorsements.length > 0 && !endorsements.includes(channelId)) throw new Error(`the key does not speak for ${channelId}`);
    return payload;
  }

  return {
    async verify(authorization, channelId) {
      const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
      if (token === undefined) throw new Error('no bearer token');
      try {
        return await verifyWith(await keysNotOlderThan(KEEP_MS), token, channelId);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        return verifyWith(await keysNotOlderThan(0), token, channelId);
      }
    },
  };
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}
