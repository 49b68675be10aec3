// Links that open one page for one person for a while. The token says who and what; it carries no right beyond that:
// every answer given through it is authorised anew when it arrives.
import { errors, jwtVerify, SignJWT } from 'jose';
import { ConfigError } from '../model/errors.ts';

export type LinkPurpose = 'run-log' | 'approval';

/** Whom a link is for, or why it is not taken. */
export type LinkCheck = { readonly kind: 'valid'; readonly person: string } | { readonly kind: 'expired' } | { readonly kind: 'forged' };

export interface Links {
  /** Opens the log of one run for one person, for 12 hours. */
  runLogUrl(runId: string, personId: string): Promise<string>;
  /** Opens the page of an approval with one choice put first, for 7 days. */
  approvalUrl(approvalId: string, personId: string, choice: string): Promise<string>;
  /** Checks that a token was made here for this purpose and this id. */
  verify(link: { readonly purpose: LinkPurpose; readonly id: string; readonly token: string }): Promise<LinkCheck>;
}

/** `secret`: at least 32 characters, the same on all replicas. `publicUrl`: without trailing slash. */
export function createLinks(secret: string, publicUrl: string, now: () => Date): Links {
  if (secret.length < 32)
    throw new ConfigError('PICKET_SECRET is shorter than 32 characters: make one with `openssl rand -hex 32`, or leave it out');
  const key = new TextEncoder().encode(secret);

  const sign = (purpose: LinkPurpose, id: string, person: string): Promise<string> => {
    const seconds = Math.floor(now().getTime() / 1000);
    return new SignJWT({ id })
      .setProtectedHeader({ alg: ALGORITHM })
      .setAudience(purpose)
      .setSubject(person)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + LIFETIME_S[purpose])
      .sign(key);
  };

  return {
    runLogUrl: async (runId, personId) => `${publicUrl}/runs/${encodeURIComponent(runId)}?t=${await sign('run-log', runId, personId)}`,
    approvalUrl: async (approvalId, personId, choice) =>
      `${publicUrl}/approvals/${encodeURIComponent(approvalId)}?t=${await sign('approval', approvalId, personId)}&choice=${encodeURIComponent(choice)}`,
    verify: async ({ purpose, id, token }) => {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          audience: purpose,
          currentDate: now(),
          requiredClaims: ['sub', 'exp', 'id'],
        });
        return payload.id === id && payload.sub !== undefined ? { kind: 'valid', person: payload.sub } : { kind: 'forged' };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { kind: 'expired' };
        if (error instanceof errors.JOSEError || error instanceof TypeError) return { kind: 'forged' };
        throw error;
      }
    },
  };
}

const ALGORITHM = 'HS256';
const LIFETIME_S = { 'run-log': 12 * 3600, approval: 7 * 24 * 3600 } as const satisfies Record<LinkPurpose, number>;
