// Requests that nobody should have sent, at every entrance of a running Picket: refused in their place, and nothing is changed.
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLinks, type Links } from '../../src/http/links.ts';
import { keptSecret } from '../../src/store/secret.ts';
import { INGEST_SECRET, incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { linkOf } from '../support/hands.ts';
import { type Soc, startSoc } from '../support/soc.ts';

const QUESTION = 'Block alice@contoso.com and 203.0.113.50?';
let soc: Soc;
let base = '';
let links: Links;
let approval = '';

beforeAll(async () => {
  soc = await startSoc();
  base = soc.settings.publicUrl;
  links = createLinks(await keptSecret(soc.database.store, 'links'), base, () => new Date());
  await incidentArrives(soc.app, soc.sandbox);
  await until(async () => (await soc.hands.email.texts('carol')).some((html) => html.includes('203.0.113.50')), 'carol has a mail');
  await until(async () => (await soc.hands.slack.texts('carol')).some((text) => text.includes(QUESTION)), 'the question stands in Slack');
  const { rows } = await soc.database.store.query<{ id: string }>('SELECT id FROM approval');
  approval = rows[0]?.id ?? '';
});
afterAll(async () => soc.close());

/** What a request must not change. */
const standing = async (): Promise<object> => {
  const { rows } = await soc.database.store.query<object>(
    `SELECT (SELECT count(*) FROM incident) AS incidents, (SELECT count(*) FROM run) AS runs, (SELECT count(*) FROM vote) AS votes,
       (SELECT count(*) FROM decision) AS decisions, (SELECT string_agg(body::text, '' ORDER BY id) FROM incident) AS body`,
  );
  return rows[0] ?? {};
};

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function sent(url: string, init: RequestInit = {}): Promise<Answer> {
  const answer = await fetch(url, { redirect: 'manual', ...init });
  return { status: answer.status, body: await answer.text() };
}

describe('POST /ingest/sentinel', () => {
  const ingest = (
    body: string | Uint8Array<ArrayBuffer>,
    given: { secret?: string; at?: number; headers?: Record<string, string> } = {},
  ): Promise<Answer> => {
    const timestamp = String(Math.floor(Date.now() / 1000) + (given.at ?? 0));
    const signature = createHmac('sha256', given.secret ?? INGEST_SECRET)
      .update(`${timestamp}.`)
      .update(body)
      .digest('hex');
    const headers = { 'x-picket-timestamp': timestamp, 'x-picket-signature': `v1=${signature}`, ...given.headers };
    return sent(`${base}/ingest/sentinel`, { method: 'POST', body, headers });
  };
  const whole = (id: string): string => JSON.stringify({ id: `/subscriptions/s/Incidents/${id}`, properties: { title: 'x' } });

  it.each<[string, number, () => Promise<Answer>, RegExp]>([
    ['unsigned', 401, () => sent(`${base}/ingest/sentinel`, { method: 'POST', body: whole('a') }), /not signed/],
    ['signed with another secret', 401, () => ingest(whole('a'), { secret: 'guessed' }), /signature is wrong/],
    ['old', 401, () => ingest(whole('a'), { at: -400 }), /5 minutes off/],
    ['from the future', 401, () => ingest(whole('a'), { at: 400 }), /5 minutes off/],
    ['cut off', 400, () => ingest('{"id": "/subscr'), /not JSON/],
    ['not UTF-8', 400, () => ingest(new Uint8Array([0x22, 0xff, 0x22])), /not UTF-8/],
    ['empty', 400, () => ingest(''), /not JSON/],
    ['null', 422, () => ingest('null'), /no \\?"id/],
    ['a list', 422, () => ingest('[]'), /no \\?"id/],
    ['a text', 422, () => ingest('"incident"'), /no \\?"id/],
    ['an incident without properties', 422, () => ingest('{"id":"/subscriptions/s"}'), /no \\?"properties/],
    ['an envelope without an incident', 422, () => ingest('{"object":null}'), /no \\?"object/],
    ['nested ten thousand deep', 422, () => ingest('['.repeat(10_000) + ']'.repeat(10_000)), /cannot be read/],
    ['with an id of 20 000 characters', 422, () => ingest(whole('x'.repeat(20_000))), /longer than 1000 bytes/],
    ['larger than 1 MB', 413, () => ingest(JSON.stringify({ id: '/a', properties: { title: 'x'.repeat(1_100_000) } })), /larger than 1 MB/],
    ['read instead of sent', 404, () => sent(`${base}/ingest/sentinel`), /Nothing is here/],
  ])('%s is answered %i', async (_what, status, send, words) => {
    const before = await standing();
    const answer = await send();
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(words);
    expect(JSON.parse(answer.body)).toMatchObject({ error: expect.any(String), remedy: expect.stringMatching(/\S/) });
    expect(await standing()).toEqual(before);
  });

  it('the same delivery again is answered 409, also when both come at once, and there is one incident', async () => {
    const body = whole('replayed');
    const at = Math.floor(Date.now() / 1000);
    const headers = {
      'x-picket-timestamp': String(at),
      'x-picket-signature': `v1=${createHmac('sha256', INGEST_SECRET).update(`${at}.${body}`).digest('hex')}`,
    };
    const send = (): Promise<Answer> => sent(`${base}/ingest/sentinel`, { method: 'POST', body, headers });
    expect((await Promise.all([send(), send(), send()])).map(({ status }) => status)).toContain(202);
    const before = await standing();
    expect(await send()).toMatchObject({ status: 409, body: expect.stringContaining('nothing was done') });
    expect(await standing()).toEqual(before);
    const { rows } = await soc.database.store.query(`SELECT version FROM incident WHERE key LIKE '%/replayed'`);
    expect(rows).toEqual([{ version: 1 }]);
  });
});

describe('the Slack entrance', () => {
  it.each([
    ['unsigned', { unsigned: true }, 401],
    ['signed with another secret', { signingSecret: 'guessed' }, 401],
    ['changed after it was signed', { tamper: (body: string) => body.replace('alice', 'carol') }, 401],
    ['six minutes old', { timestamp: Math.floor(Date.now() / 1000) - 360 }, 401],
    ['of no known type', { contentType: 'text/plain' }, 400],
  ])('refuses a command %s', async (_what, options, status) => {
    const before = await standing();
    const { slack, channel, users } = soc.seats;
    if (users.bob === undefined) throw new Error('bob is not on Slack');
    expect((await slack.command(users.bob, channel, 'run block-user alice', options)).status).toBe(status);
    expect(await standing()).toEqual(before);
  });

  it('refuses malformed JSON and a body of 2 MB', async () => {
    expect((await soc.slack.sender.raw('{', 'application/json')).status).toBe(400);
    expect((await soc.slack.sender.raw('payload=%7B', 'application/x-www-form-urlencoded')).status).toBe(400);
    const large = await soc.slack.sender.raw('x'.repeat(2 * 1024 * 1024), 'application/json').catch(() => ({ status: 413 }));
    expect(large.status).toBe(413);
  });

  it('executes a command that comes again once', async () => {
    const { slack, channel, users } = soc.seats;
    if (users.bob === undefined) throw new Error('bob is not on Slack');
    const runs = async (): Promise<number> => (await soc.database.store.query('SELECT 1 FROM run')).rows.length;
    const before = await runs();
    expect((await slack.command(users.bob, channel, 'run block-ip 203.0.113.77')).status).toBe(200);
    await until(async () => (await runs()) === before + 1, 'the run is saved');
    for (let again = 0; again < 3; again += 1) expect((await slack.replay()).status).toBe(200);
    await soc.hands.slack.command('bob', 'list');
    expect(await runs()).toBe(before + 1);
  });
});

describe('the page behind a mail', () => {
  const page = (query: string): string => `${base}/approvals/${approval}${query}`;
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
    sent(page(''), { method: 'POST', body: new URLSearchParams(fields), headers: { accept: 'text/html', ...headers } });
  const token = async (id = approval, person = 'carol', by = links): Promise<string> =>
    new URL(await by.approvalUrl(id, person, 'block')).searchParams.get('t') ?? '';

  it('changes nothing when it is opened, looked at or followed by a scanner', async () => {
    const before = await standing();
    const mail = (await soc.hands.email.texts('carol')).find((html) => html.includes('203.0.113.50')) ?? '';
    for (const label of ['Block', 'Ignore']) {
      for (const method of ['GET', 'HEAD', 'OPTIONS']) await sent(linkOf(mail, label), { method });
      expect(await sent(linkOf(mail, label))).toMatchObject({ status: 200, body: expect.stringContaining('Nothing has been decided') });
    }
    expect(await standing()).toEqual(before);
  });

  it.each<[string, number, () => Promise<Answer>, string]>([
    ['without a token', 400, () => post({ choice: 'block' }), 'not a complete answer'],
    ['without a choice', 400, async () => post({ t: await token() }), 'not a complete answer'],
    ['with a token that was changed', 403, async () => post({ t: `${await token()}x`, choice: 'block' }), 'not valid'],
    ['with a token without signature', 403, () => post({ t: unsigned(approval), choice: 'block' }), 'not valid'],
    ['with the token of another question', 403, async () => post({ t: await token(crypto.randomUUID()), choice: 'block' }), 'not valid'],
    ['with the token of a run log', 403, async () => post({ t: await logToken(), choice: 'block' }), 'not valid'],
    [
      'with a token signed elsewhere',
      403,
      async () => post({ t: await token(approval, 'carol', ELSEWHERE), choice: 'block' }),
      'not valid',
    ],
    ['with a token of last month', 410, async () => post({ t: await token(approval, 'carol', past()), choice: 'block' }), 'expired'],
    ['for somebody without the role', 403, async () => post({ t: await token(approval, 'bob'), choice: 'block' }), 'Ask Carol Ortiz'],
    ['for somebody who is gone', 403, async () => post({ t: await token(approval, 'ghost'), choice: 'block' }), 'does not know you'],
    ['with a choice that is not offered', 409, async () => post({ t: await token(), choice: 'destroy' }), 'not one of the choices'],
    ['from another site', 403, async () => post({ t: await token(), choice: 'block' }, { origin: 'https://example.net' }), 'another site'],
    ['of 20 KB', 413, async () => post({ t: await token(), choice: 'x'.repeat(20_000) }), 'not a complete answer'],
    ['that is no form', 400, () => sent(page(''), { method: 'POST', body: '{"choice":"block"}' }), 'not a complete answer'],
  ])('refuses an answer %s', async (_what, status, send, words) => {
    const before = await standing();
    const answer = await send();
    expect({ status: answer.status, says: answer.body.includes(words) }).toEqual({ status, says: true });
    expect(await standing()).toEqual(before);
  });

  it.each(['/approvals/x?t=y', '/approvals/%00?t=', '/runs/x', '/runs/x?t=y', `/runs/${crypto.randomUUID()}?t=a.b.c`])(
    'shows nothing at %s',
    async (path) => {
      const answer = await sent(`${base}${path}`);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.body).not.toContain('alice');
    },
  );

  const ELSEWHERE = createLinks('another secret of more than 32 characters', 'http://127.0.0.1', () => new Date());
  const past = (): Links => {
    const month = 30 * 24 * 3_600_000;
    return createLinks(secretOfLinks, base, () => new Date(Date.now() - month));
  };
  let secretOfLinks = '';
  beforeAll(async () => {
    secretOfLinks = await keptSecret(soc.database.store, 'links');
  });
  async function logToken(): Promise<string> {
    return new URL(await links.runLogUrl(approval, 'carol')).searchParams.get('t') ?? '';
  }
});

describe('the console', () => {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const console = soc.app.consoleUrl.replace(/\/$/, '');
    return sent(`${console}${path}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { origin: console, 'content-type': 'application/json', ...headers },
    });
  };
  const click = (given: object): object => ({ as: 'carol', message: 'x', verb: 'decide', id: approval, choice: 'block', ...given });
  const typed = { as: 'bob', conversation: 'soc', text: '/playbook run block-user alice' };

  it.each<[string, number, () => Promise<Answer>]>([
    ['from another site', 403, () => post('/api/messages', typed, { origin: 'https://example.net' })],
    ['as a form', 403, () => post('/api/messages', 'as=bob', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['with malformed JSON', 400, () => post('/api/messages', '{"as":')],
    ['with half a body', 400, () => post('/api/messages', { as: 'bob' })],
    ['as nobody', 404, () => post('/api/messages', { ...typed, as: 'ghost' })],
    ["in somebody else's direct messages", 404, () => post('/api/messages', { ...typed, conversation: '@carol' })],
    ['of 100 KB', 413, () => post('/api/messages', { ...typed, text: 'x'.repeat(100_000) })],
    ['on a message that is not there', 404, () => post('/api/clicks', click({}))],
    ['on a message called NUL', 404, () => post('/api/clicks', click({ message: '\0' }))],
    ['with an unknown verb', 400, () => post('/api/clicks', click({ verb: 'approve' }))],
  ])('refuses a request %s', async (_what, status, send) => {
    const before = await standing();
    const answer = await send();
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: expect.stringContaining('"remedy"') });
    expect(await standing()).toEqual(before);
  });

  it('refuses a click on what a person wrote, and leaves it as it was', async () => {
    await post('/api/messages', { as: 'bob', conversation: 'soc', text: 'only talk' });
    const { rows } = await soc.database.store.query<{ id: string }>(`SELECT id FROM console_message WHERE text = 'only talk'`);
    expect((await post('/api/clicks', click({ message: rows[0]?.id, as: 'erin' }))).status).toBe(404);
    const surfaces = await soc.database.store.query('SELECT 1 FROM surface WHERE message_id = $1', [rows[0]?.id]);
    expect(surfaces.rows).toEqual([]);
  });

  it('is not there under a name that somebody else chose', async () => {
    const { port } = new URL(soc.app.consoleUrl);
    const status = await new Promise((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', port, path: '/api/state', headers: { host: 'console.example.net' } }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      asked.on('error', reject).end();
    });
    expect(status).toBe(403);
  });

  it('takes text with NUL and half characters without failing', async () => {
    for (const text of ['/playbook run block-user "a\0b"', 'half \ud800 of it', '/playbook \0'])
      expect((await post('/api/messages', { ...typed, text })).status).toBe(200);
  });
});

it('still asks after all of this, and a right answer counts', async () => {
  expect((await soc.database.store.query('SELECT 1 FROM vote')).rows).toEqual([]);
  expect(await soc.hands.email.press('carol', QUESTION, 'Ignore')).toContain('Done: Ignore');
  soc.slack.expectNoProblems();
});

/** `alg: none`, the oldest trick. */
function unsigned(id: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ id, sub: 'carol', aud: 'approval', exp: Math.floor(Date.now() / 1000) + 600 })}.`;
}
