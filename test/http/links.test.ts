// Links in cards and mails: one purpose, one thing, one person, for a while.
import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { createLinks } from '../../src/http/links.ts';

const SECRET = 'a signing secret of at least 32 characters';
const START = Date.parse('2026-03-01T03:12:00Z');
let clock = START;
const links = createLinks(SECRET, 'https://picket.example.com', () => new Date(clock));

async function tokenOf(url: Promise<string>): Promise<string> {
  return new URL(await url).searchParams.get('t') ?? '';
}

describe('signed links', () => {
  it('open the thing they were made for as the person they were made for', async () => {
    const url = await links.approvalUrl('a1', 'carol', 'block');
    expect(url).toMatch(/^https:\/\/picket\.example\.com\/approvals\/a1\?t=[\w.-]+&choice=block$/);
    expect(await links.verify({ purpose: 'approval', id: 'a1', token: await tokenOf(Promise.resolve(url)) })).toEqual({
      kind: 'valid',
      person: 'carol',
    });
  });

  it('open nothing else', async () => {
    const token = await tokenOf(links.runLogUrl('r1', 'carol'));
    expect(await links.verify({ purpose: 'run-log', id: 'r1', token })).toEqual({ kind: 'valid', person: 'carol' });
    expect(await links.verify({ purpose: 'run-log', id: 'r2', token })).toEqual({ kind: 'forged' });
    expect(await links.verify({ purpose: 'approval', id: 'r1', token })).toEqual({ kind: 'forged' });
  });

  it('expire', async () => {
    clock = START;
    const token = await tokenOf(links.approvalUrl('a1', 'carol', 'block'));
    clock = START + 7 * 24 * 3_600_000 - 1_000;
    expect(await links.verify({ purpose: 'approval', id: 'a1', token })).toMatchObject({ kind: 'valid' });
    clock = START + 7 * 24 * 3_600_000 + 1_000;
    expect(await links.verify({ purpose: 'approval', id: 'a1', token })).toEqual({ kind: 'expired' });
    clock = START;
  });

  it.each([
    ['empty', async () => ''],
    ['not a token', async () => 'a.b.c'],
    ['signed with another secret', async () => sign('another secret of at least 32 characters', 'HS256')],
    ['signed with another algorithm', async () => sign(SECRET, 'HS512')],
    ['unsigned', async () => new UnsecuredJWT({ id: 'a1' }).setAudience('approval').setSubject('carol').setExpirationTime('1h').encode()],
    [
      'without a person',
      async () =>
        new SignJWT({ id: 'a1' })
          .setProtectedHeader({ alg: 'HS256' })
          .setAudience('approval')
          .setExpirationTime(START / 1000 + 60)
          .sign(key(SECRET)),
    ],
    [
      'without an end',
      async () =>
        new SignJWT({ id: 'a1' }).setProtectedHeader({ alg: 'HS256' }).setAudience('approval').setSubject('carol').sign(key(SECRET)),
    ],
    ['with a changed person', async () => tamper(await tokenOf(links.approvalUrl('a1', 'eve', 'block')))],
  ])('refuse a token that is %s', async (_title, make) => {
    expect(await links.verify({ purpose: 'approval', id: 'a1', token: await make() })).toEqual({ kind: 'forged' });
  });

  it('are not made with a short secret', () => {
    expect(() => createLinks('short', 'https://picket.example.com', () => new Date())).toThrow(/PICKET_SECRET/);
  });
});

function key(secret: string): Uint8Array {
  return new TextEncoder().encode(secret);
}

function sign(secret: string, alg: string): Promise<string> {
  return new SignJWT({ id: 'a1' })
    .setProtectedHeader({ alg })
    .setAudience('approval')
    .setSubject('carol')
    .setExpirationTime(START / 1000 + 60)
    .sign(key(secret));
}

function tamper(token: string): string {
  const [head = '', body = '', signature = ''] = token.split('.');
  const changed = Buffer.from(body, 'base64url').toString().replace('"eve"', '"carol"');
  return [head, Buffer.from(changed).toString('base64url'), signature].join('.');
}
