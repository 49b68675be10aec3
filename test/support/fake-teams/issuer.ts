// The stand-in's keys and tokens: what Teams signs its requests with, and what the bot must show at the connector.

import { randomBytes } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { World } from './world.ts';

export const BOT_FRAMEWORK = 'https://api.botframework.com';

/** What is wrong with a token; nothing by default. */
export interface TokenOptions {
  readonly issuer?: string;
  readonly audience?: string;
  /** `known` is in the published keys and endorsed for Teams, `other-channel` is endorsed for another one, `unknown` is not published. */
  readonly key?: 'known' | 'other-channel' | 'unknown';
  /** Signed with a key that is not the one its id names. */
  readonly wrongSignature?: boolean;
  readonly algorithm?: 'none' | 'HS256';
  /** Seconds from now; one hour by default. */
  readonly expiresIn?: number;
  /** The `serviceurl` claim. */
  readonly serviceUrl?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
}

export interface Issuer {
  readonly jwks: { readonly keys: readonly PublishedKey[] };
  /** Tokens the bot was given, with the end of each. */
  readonly granted: Map<string, number>;
  sign(given: TokenOptions & { readonly serviceUrl: string }): Promise<string>;
  /** A new token for the bot. */
  grant(expiresInS: number): string;
}

interface PublishedKey {
  readonly kty: 'RSA';
  readonly n: string;
  readonly e: string;
  readonly kid: string;
  readonly use: 'sig';
  /** Channels the key may speak for. */
  readonly endorsements: readonly string[];
}

interface KeyPair {
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey;
}

// RSA keys take long to make: they are made once and serve every stand-in of the process.
let pairs: Promise<readonly [KeyPair, KeyPair, KeyPair]> | null = null;

export async function createIssuer(world: World): Promise<Issuer> {
  pairs ??= Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256'), generateKeyPair('RS256')]);
  const [known, other, unknown] = await pairs;
  const keys = { known, 'other-channel': other, unknown };
  const published = async (kid: 'known' | 'other-channel', endorsement: string): Promise<PublishedKey> => {
    const { n = '', e = '' } = await exportJWK(keys[kid].publicKey);
    return { kty: 'RSA', n, e, kid, use: 'sig', endorsements: [endorsement] };
  };
  const granted = new Map<string, number>();
  return {
    jwks: { keys: await Promise.all([published('known', 'msteams'), published('other-channel', 'webchat')]) },
    granted,
    sign(given) {
      const { issuer = BOT_FRAMEWORK, audience = world.appId, key = 'known', expiresIn = 3_600, algorithm } = given;
      const now = Math.floor(Date.now() / 1_000);
      const claims = {
        serviceurl: given.serviceUrl,
        iss: issuer,
        aud: audience,
        nbf: now - 4_000,
        iat: now - 4_000,
        exp: now + expiresIn,
        ...given.claims,
      };
      if (algorithm === 'none') return Promise.resolve(`${encoded({ alg: 'none', typ: 'JWT', kid: key })}.${encoded(claims)}.`);
      const token = new SignJWT(claims).setProtectedHeader({ alg: algorithm ?? 'RS256', typ: 'JWT', kid: key });
      // The classic confusion: an HMAC whose secret is the published key.
      if (algorithm === 'HS256') return token.sign(new TextEncoder().encode(JSON.stringify(keys.known.publicKey).padEnd(64, 'x')));
      return token.sign(given.wrongSignature === true ? keys.unknown.privateKey : keys[key].privateKey);
    },
    grant(expiresInS) {
      const token = randomBytes(24).toString('base64url');
      granted.set(token, Date.now() + expiresInS * 1_000);
      return token;
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
