// The pages people reach by links: opening shows, only the form decides, and foreign text stays text.
import type { Hono } from 'hono';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { createLinks } from '../../src/http/links.ts';
import { type Refusal, refuse } from '../../src/model/errors.ts';
import type { Answered, Approval, Decision } from '../../src/model/run.ts';
import { quietLog } from '../support/quiet-log.ts';
import { APPROVAL_ID, openApproval, pageData, RUN_ID, sampleRun } from './samples.ts';

const PUBLIC = 'https://picket.example.com';
const BLOCKED: Decision = { outcome: 'chosen', choice: 'block', by: ['Carol Ortiz'], via: 'slack', at: '2026-03-01T03:13:00.000Z' };
let clock = Date.parse('2026-03-01T03:12:30Z');
const links = createLinks('a signing secret of at least 32 characters', PUBLIC, () => new Date(clock));

let approval: Approval = openApproval;
let answers: [string, string, string][] = [];
let outcome: Answered | Refusal = { kind: 'unknown' };
let databaseFails = false;

beforeEach(() => {
  clock = Date.parse('2026-03-01T03:12:30Z');
  approval = openApproval;
  answers = [];
  outcome = { kind: 'decided', decision: { ...BLOCKED, via: 'email' }, runId: RUN_ID };
  databaseFails = false;
});

const app: Hono = createApp({
  checks: [],
  ingest: {
    secret: '',
    deliveries: { wasTaken: async () => false, remember: async () => undefined },
    receive: async () => refuse('unused'),
    now: () => new Date(clock),
    log: quietLog,
  },
  pages: {
    links,
    publicUrl: PUBLIC,
    runLog: async (id, person) => (id === RUN_ID && person !== 'eve' ? sampleRun : null),
    mayOpen: async (_id, person) => (person === 'eve' ? refuse('Eve may not decide this.', 'Ask Carol.') : null),
    approval: async (id) => {
      if (databaseFails) throw new Error('connection refused at db.example.com');
      return id === APPROVAL_ID ? pageData(approval) : null;
    },
    answer: async (id, person, choice) => {
      answers.push([id, person, choice]);
      return outcome;
    },
    nameOf: (id) => (id === 'carol' ? 'Carol Ortiz' : id),
  },
  log: quietLog,
});

const HTML = { accept: 'text/html' };

async function pathOf(url: Promise<string>): Promise<string> {
  const { pathname, search } = new URL(await url);
  return pathname + search;
}

async function tokenFor(person: string, id = APPROVAL_ID): Promise<string> {
  return new URL(await links.approvalUrl(id, person, 'block')).searchParams.get('t') ?? '';
}

async function submit(form: Record<string, string>, headers: Record<string, string> = {}): Promise<{ status: number; text: string }> {
  const response = await app.request(`/approvals/${APPROVAL_ID}`, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { ...HTML, ...headers },
  });
  return { status: response.status, text: await response.text() };
}

describe('the page of an approval', () => {
  it('shows question, evidence, effects and one form per choice, the picked one first', async () => {
    const response = await app.request(await pathOf(links.approvalUrl(APPROVAL_ID, 'carol', 'ignore')), { headers: HTML });
    const text = await response.text();
    expect(response.status).toBe(200);
    for (const shown of [
      'Carol Ortiz',
      'Run 17',
      '203.0.113.50',
      'Disable alice@contoso.com in Entra ID',
      'Close incident #4711 as benign positive',
    ]) {
      expect(text).toContain(shown);
    }
    expect([...text.matchAll(/name="choice" value="(\w+)"/g)].map((match) => match[1])).toEqual(['ignore', 'block']);
  });

  it.each(['GET', 'HEAD'])('changes nothing by %s, however often a mail scanner opens it', async (method) => {
    const path = await pathOf(links.approvalUrl(APPROVAL_ID, 'carol', 'block'));
    for (const variant of [path, `${path}&confirm=1`, path]) await app.request(variant, { method, headers: HTML });
    expect(answers).toEqual([]);
  });

  it('decides by its form, as the person of the link', async () => {
    const { status, text } = await submit(
      { t: await tokenFor('carol'), choice: 'block' },
      { 'sec-fetch-site': 'same-origin', origin: 'null' },
    );
    expect([status, answers]).toEqual([200, [[APPROVAL_ID, 'carol', 'block']]]);
    expect(text).toContain('Done: Block');
    expect(text).not.toContain('<form');
    const log = /href="https:\/\/picket\.example\.com(\/runs\/[^"]+)"/.exec(text)?.[1] ?? '';
    expect((await app.request(log, { headers: HTML })).status).toBe(200);
  });

  it('shows nothing to somebody who has lost the role since the mail was sent', async () => {
    const response = await app.request(await pathOf(links.approvalUrl(APPROVAL_ID, 'eve', 'block')), { headers: HTML });
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('203.0.113.');
  });

  it('tells a late answer what stands and changes nothing', async () => {
    outcome = { kind: 'closed', decision: BLOCKED };
    const { status, text } = await submit({ t: await tokenFor('dan'), choice: 'ignore' });
    expect([status, text.includes('Too late'), text.includes('Carol Ortiz chose Block in Slack')]).toEqual([409, true, true]);
  });

  it('tells a double click that the answer stands', async () => {
    outcome = { kind: 'closed', decision: BLOCKED };
    approval = {
      ...openApproval,
      decision: BLOCKED,
      votes: [{ person: 'carol', name: 'Carol Ortiz', choice: 'block', via: 'slack', at: BLOCKED.at }],
    };
    const { status, text } = await submit({ t: await tokenFor('carol'), choice: 'block' });
    expect([status, text.includes('Done: Block'), text.includes('Too late')]).toEqual([200, true, false]);
  });

  it('says how many answers are missing', async () => {
    outcome = { kind: 'counted', votes: 1, quorum: 2 };
    expect((await submit({ t: await tokenFor('carol'), choice: 'block' })).text).toContain('1 of 2 answers');
  });

  it.each<[string, Answered | Refusal, number, string]>([
    ['a person without the role', refuse('Only admins may decide this.', 'Ask Dan Weber.'), 403, 'Ask Dan Weber.'],
    ['a second, different vote', { kind: 'refused', refusal: refuse('You chose Ignore before.') }, 409, 'You chose Ignore before.'],
    ['an approval that is gone', { kind: 'unknown' }, 404, 'There is no such question'],
    [
      'an expired approval',
      { kind: 'closed', decision: { outcome: 'expired', choice: '', by: [], via: 'timer', at: BLOCKED.at } },
      409,
      'Nobody answered in time',
    ],
    [
      'a cancelled run',
      { kind: 'closed', decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: BLOCKED.at } },
      409,
      'The run was cancelled',
    ],
  ])('answers %s clearly', async (_title, given, status, words) => {
    outcome = given;
    const result = await submit({ t: await tokenFor('carol'), choice: 'block' });
    expect([result.status, result.text.includes(words)]).toEqual([status, true]);
  });

  it.each<[string, Decision, string]>([
    ['decided', BLOCKED, 'Carol Ortiz chose Block in Slack'],
    ['expired', { ...BLOCKED, outcome: 'expired', choice: '', by: [], via: 'timer' }, 'Nobody answered in time'],
    ['cancelled', { ...BLOCKED, outcome: 'cancelled', choice: '', by: [], via: 'engine' }, 'The run was cancelled'],
    ['decided by default', { ...BLOCKED, by: [], via: 'timer' }, 'so Block counts'],
  ])('shows no form once it is %s', async (_title, decision, words) => {
    approval = { ...openApproval, decision };
    const response = await app.request(await pathOf(links.approvalUrl(APPROVAL_ID, 'carol', 'block')), { headers: HTML });
    const text = await response.text();
    expect([response.status, text.includes(words), text.includes('<form')]).toEqual([200, true, false]);
  });

  it('refuses a token in the address of a POST', async () => {
    const response = await app.request(`/approvals/${APPROVAL_ID}?t=${await tokenFor('carol')}&choice=block`, {
      method: 'POST',
      headers: HTML,
    });
    expect([response.status, answers]).toEqual([400, []]);
  });

  it.each([
    ['of another site', { 'sec-fetch-site': 'cross-site' }],
    ['of another site of the same domain', { 'sec-fetch-site': 'same-site', origin: 'https://wiki.example.com' }],
    ['of another origin', { origin: 'https://evil.example.net' }],
  ])('refuses a form %s', async (_title, headers) => {
    const { status } = await submit({ t: await tokenFor('carol'), choice: 'block' }, headers);
    expect([status, answers]).toEqual([403, []]);
  });

  it.each([
    ['forged', async () => `${await tokenFor('carol')}x`, 403],
    ['made for another approval', async () => tokenFor('carol', 'another'), 403],
    ['made for a run log', async () => new URL(await links.runLogUrl(APPROVAL_ID, 'carol')).searchParams.get('t') ?? '', 403],
    ['missing', async () => '', 403],
  ])('turns away a link that is %s, to look and to decide', async (_title, token, status) => {
    const t = await token();
    const look = await app.request(`/approvals/${APPROVAL_ID}?t=${t}`, { headers: HTML });
    expect([look.status, (await submit({ t, choice: 'block' })).status, answers]).toEqual([status, status, []]);
  });

  it('says that a link has expired and where to answer instead', async () => {
    const t = await tokenFor('carol');
    clock += 8 * 24 * 3_600_000;
    const { status, text } = await submit({ t, choice: 'block' });
    expect([status, text.includes('has expired'), text.includes('Answer on the card'), answers]).toEqual([410, true, true, []]);
  });

  it('refuses a form that is too large', async () => {
    expect((await submit({ t: 'x'.repeat(20_000), choice: 'block' })).status).toBe(413);
  });
});

describe('the run log', () => {
  it('shows steps, attempts, errors and who decided what', async () => {
    const response = await app.request(await pathOf(links.runLogUrl(RUN_ID, 'carol')), { headers: HTML });
    const text = await response.text();
    expect(response.status).toBe(200);
    for (const shown of [
      'Run 17',
      'servicenow.create_incident',
      'INC0010001',
      'attempt 2',
      '340 ms',
      'The firewall answered nonsense: &lt;html&gt;.',
      'Carol Ortiz',
      'in Slack',
    ]) {
      expect(text).toContain(shown);
    }
  });

  it('never shows a secret that a step was given or answered', async () => {
    const text = await (await app.request(await pathOf(links.runLogUrl(RUN_ID, 'carol')), { headers: HTML })).text();
    expect(text).not.toContain('hunter2');
    expect(text.split('[redacted]').length - 1).toBe(5);
    expect(text).toContain('visible');
  });

  it.each([
    ["with somebody else's approval link", async () => `/runs/${RUN_ID}?t=${await tokenFor('carol', RUN_ID)}`, 403],
    ['without a token', async () => `/runs/${RUN_ID}`, 403],
    ['for a person who may not see it', async () => pathOf(links.runLogUrl(RUN_ID, 'eve')), 404],
    ['for a run that does not exist', async () => pathOf(links.runLogUrl('nothing', 'carol')), 404],
  ])('is not shown %s', async (_title, path, status) => {
    const response = await app.request(await path(), { headers: HTML });
    const text = await response.text();
    expect([response.status, text.includes('INC0010001')]).toEqual([status, false]);
  });

  it('is not shown after 12 hours', async () => {
    const path = await pathOf(links.runLogUrl(RUN_ID, 'carol'));
    clock += 13 * 3_600_000;
    expect((await app.request(path, { headers: HTML })).status).toBe(410);
  });
});

describe('every page', () => {
  it('keeps hostile text as text', async () => {
    const paths = [await pathOf(links.runLogUrl(RUN_ID, 'carol')), await pathOf(links.approvalUrl(APPROVAL_ID, 'carol', 'block'))];
    for (const path of paths) {
      const text = await (await app.request(path, { headers: HTML })).text();
      expect(text).not.toMatch(/<script|<img|href="javascript|<!channel>/);
      expect(text).toContain('&lt;script&gt;');
      expect(text).toContain('${7*7}');
      expect(text).not.toContain('\u202e');
    }
  });

  it('may not be framed, cached, sniffed or scripted', async () => {
    const { headers } = await app.request(await pathOf(links.runLogUrl(RUN_ID, 'carol')), { headers: HTML });
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'self'; .*frame-ancestors 'none'$/);
    expect(
      Object.fromEntries(['cache-control', 'referrer-policy', 'x-content-type-options'].map((name) => [name, headers.get(name)])),
    ).toEqual({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    const css = await app.request('/assets/picket.css');
    expect([css.status, css.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  });

  it('says what to do when there is nothing, or when Picket cannot', async () => {
    expect((await app.request('/nowhere', { headers: HTML })).status).toBe(404);
    expect(await (await app.request('/nowhere')).json()).toEqual({ error: expect.any(String), remedy: expect.any(String) });
    databaseFails = true;
    const failed = await app.request(await pathOf(links.approvalUrl(APPROVAL_ID, 'carol', 'block')), { headers: HTML });
    const text = await failed.text();
    expect([failed.status, text.includes('Try again'), text.includes('db.example.com')]).toEqual([503, true, false]);
    expect(failed.headers.get('x-content-type-options')).toBe('nosniff');
  });
});
