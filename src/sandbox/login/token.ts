// Access tokens of the stand-in: signed claims in the form of a JWT, so that a restart with kept state goes on accepting them.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Call, Problem } from '../call.ts';
import type { World } from '../world.ts';

const Claims = z.object({ aud: z.string(), appid: z.string(), tid: z.string(), oid: z.string(), iat: z.number(), exp: z.number() });
export type Claims = z.infer<typeof Claims>;

export function signToken(key: string, claims: Claims): string {
  const unsigned = `${encode({ typ: 'JWT', alg: 'HS256' })}.${encode(claims)}`;
  return `${unsigned}.${signature(key, unsigned)}`;
}

/** Demands `Authorization: Bearer` with a live token for this system; `code` is how the system names its 401. */
export function requireBearer(world: World, call: Call, code: string): Claims {
  const challenge = { 'www-authenticate': 'Bearer authorization_uri="/login"' };
  const token = /^Bearer (\S+)$/.exec(call.headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new Problem(401, code, "Authentication failed. The 'Authorization' header is missing or not a bearer token.", challenge);
  const claims = readToken(world.tokenKey, token);
  if (claims === null) throw new Problem(401, code, 'The access token is invalid.', challenge);
  if (claims.exp * 1000 <= call.now.getTime()) throw new Problem(401, code, 'The access token has expired.', challenge);
  if (claims.aud !== call.base) {
    throw new Problem(401, code, `The access token is for the audience '${claims.aud}', expected '${call.base}'.`, challenge);
  }
  return claims;
}

function readToken(key: string, token: string): Claims | null {
  const [header = '', payload = '', signed = ''] = token.split('.');
  const [given, wanted] = [Buffer.from(signed), Buffer.from(signature(key, `${header}.${payload}`))];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
  return Claims.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}
