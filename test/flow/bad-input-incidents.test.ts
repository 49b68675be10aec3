// Incidents with hostile and with missing fields, through the whole of Picket: shown as text everywhere, obeyed nowhere.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { INGEST_SECRET, incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { linkOf } from '../support/hands.ts';
import { runEnds, type Soc, startSoc } from '../support/soc.ts';

const LONG = 'A'.repeat(20_000);
const HOSTILE = [
  'Hostile',
  '<!channel> <@U123> <!here|x>',
  '[x](javascript:alert(1)) [y](https://evil.example.net)',
  '<https://evil.example.net|login>',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  `\${title} \${$root} \${{ 7 * 7 }} {{7*7}}`,
  '\u202Etxt.exe\u202C\u200B\u2066x\u2069',
  '*bold* _it_ ~s~ `c` &amp;',
].join(' ');
const SEEN = ['<!channel>', '[x](javascript:alert(1))', '<script>alert(1)</script>', `\${title}`, `\${{ 7 * 7 }}`, 'txt.exe'];
/** Reorders or hides text: nothing shown may contain it. */
const UNSEEN = /[\0\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

let soc: Soc;
let question = '';

beforeAll(async () => {
  soc = await startSoc();
  await incidentArrives(soc.app, soc.sandbox, {
    title: `${HOSTILE} \0 \ud800 end`,
    description: HOSTILE,
    labels: [HOSTILE],
    severity: 'High',
    entities: [
      {
        kind: 'Account',
        properties: { accountName: 'alice', upnSuffix: 'contoso.com', displayName: '<!channel>\u202e[x](javascript:alert(1))' },
      },
      { kind: 'Ip', properties: { address: '203.0.113.50' } },
      { kind: 'Host', properties: { hostName: '<!here>\u202e' } },
      { kind: 'Url', properties: { url: 'javascript:alert(1)' } },
      { kind: 'Url', properties: { url: 'https://evil.example.net/?<script>' } },
    ],
  });
  question = 'Block alice@contoso.com and 203.0.113.50?';
  for (const place of ['console', 'slack'] as const) {
    await until(async () => (await soc.hands[place].texts('carol')).some((text) => text.includes(question)), `asked in ${place}`);
    await until(async () => (await soc.hands[place].texts('carol')).some((text) => text.includes('nobody yet')), `card in ${place}`);
  }
  await until(async () => (await soc.hands.email.texts('carol')).length > 0, 'carol has a mail');
});
afterAll(async () => soc.close());

/** Every object in a value that has all of these properties. */
function having(value: unknown, ...names: readonly string[]): readonly Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = names.every((name) => Object.hasOwn(value, name)) ? [Object.fromEntries(Object.entries(value))] : [];
  return [...own, ...Object.values(value).flatMap((part) => having(part, ...names))];
}

/** The texts of a value, put together. */
function textsIn(value: unknown): string {
  if (typeof value === 'string') return `${value}\n`;
  return typeof value === 'object' && value !== null ? Object.values(value).map(textsIn).join('') : '';
}

describe('a hostile incident', () => {
  it('stands in the console as it was written, in elements that read no Markdown', async () => {
    const base = soc.app.consoleUrl.replace(/\/$/, '');
    const messages: unknown = JSON.parse(await (await fetch(`${base}/api/messages?as=carol&conversation=soc`)).text());
    const shown = textsIn(messages);
    for (const part of SEEN) expect(shown).toContain(part);
    expect(shown).not.toMatch(UNSEEN);
    expect(shown.isWellFormed()).toBe(true);
    const parsed = having(messages, 'type', 'text').filter(({ type }) => type === 'TextBlock');
    for (const { text } of parsed) expect(String(text)).not.toMatch(/\]\(|<script|<!channel>/);
    for (const { url } of having(messages, 'url')) expect(String(url)).toMatch(/^(https:\/\/|$)/);
    expect(shown.length).toBeLessThan(60_000);
  });

  it('stands in Slack as it was written, and calls nobody', async () => {
    const { slack, channel } = soc.seats;
    const messages = slack.messages(channel);
    const shown = textsIn(messages.map(({ blocks }) => blocks));
    for (const part of SEEN) expect(shown).toContain(part);
    expect(shown).not.toMatch(UNSEEN);
    for (const { text } of having(
      messages.map(({ blocks }) => blocks),
      'type',
      'text',
    ).filter(({ type }) => type === 'mrkdwn'))
      expect(String(text)).not.toMatch(/<[!@#]|<https?:\/\/evil|javascript:alert\(1\)\|/);
    // The text beside the blocks is what Slack reads for notifications.
    for (const { text } of messages) expect(text).not.toMatch(/<[!@#]|<https?:\/\/evil/);
    for (const { type } of having(
      messages.map(({ blocks }) => blocks),
      'type',
    ))
      expect(['broadcast', 'user', 'channel', 'usergroup']).not.toContain(type);
    for (const { url } of having(
      messages.map(({ blocks }) => blocks),
      'url',
    ))
      expect(String(url)).toMatch(/^https:\/\//);
    slack.expectNoProblems();
  });

  it('stands in the mail, on its page and in the run log as text', async () => {
    const mails: { subject: string; html: string; text: string; to: unknown }[] = JSON.parse(
      await (await fetch(`${soc.sandbox.url}/control/mails`)).text(),
    );
    const mail = mails.find(({ to }) => JSON.stringify(to).includes('carol@contoso.com'));
    const html = mail?.html ?? '';
    const page = await (await fetch(linkOf(html, 'Block'))).text();
    const runLog = /<a href="([^"]*\/runs\/[^"]*)"/.exec(page)?.[1] ?? '';
    const log = await (await fetch(runLog.replaceAll('&amp;', '&'))).text();
    for (const [name, shown] of Object.entries({ html, page, log })) {
      expect(shown, name).toContain('&lt;!channel&gt;');
      expect(shown, name).toContain('&lt;script&gt;');
      expect(shown, name).toContain(`\${{ 7 * 7 }}`);
      expect(shown, name).not.toMatch(/<script|<img src=x|href="?javascript:|href="https?:\/\/evil/i);
      expect(shown.replaceAll(/&#x?[0-9a-f]+;/gi, ''), name).not.toMatch(UNSEEN);
      expect(shown.length, name).toBeLessThan(120_000);
    }
    expect(mail?.subject).not.toMatch(/[\r\n]/);
    expect(mail?.subject).not.toMatch(UNSEEN);
    expect(mail?.text).not.toMatch(UNSEEN);
  });

  it('is decided and carried out like any other', async () => {
    await soc.hands.slack.press('carol', question, 'Ignore');
    await runEnds(soc, 1, 'succeeded');
    expect((await soc.state()).incidents.at(-1)).toMatchObject({ status: 'Closed' });
  });
});

it('an incident with 20 000 characters in every field is shown cut, and says so', async () => {
  const entity = { kind: 'Account', properties: { accountName: `long${LONG}`, displayName: LONG } };
  const texts = { title: `Very long ${LONG}`, description: LONG, severity: LONG, classificationComment: LONG, providerName: LONG };
  const lists = { labels: Array.from({ length: 500 }, (_, n) => ({ labelName: `${n}${LONG.slice(0, 300)}` })), relatedEntities: [entity] };
  await deliver({ ...texts, ...lists, incidentNumber: 20_000, owner: { assignedTo: LONG } }, 'long');
  for (const place of ['console', 'slack'] as const) {
    let card = '';
    await until(async () => {
      card = (await soc.hands[place].texts('bob')).find((text) => text.includes('Very long')) ?? '';
      return card !== '';
    }, `it stands in ${place}`);
    expect(card).toContain('#20000');
    expect(card).toContain('…');
    expect(card.length).toBeLessThan(30_000);
  }
  soc.slack.expectNoProblems();
});

describe('an incident with missing fields', () => {
  it('or fields of the wrong type is shown with what it has', async () => {
    await deliver({}, 'empty');
    await deliver({ title: { a: 1 }, severity: 7, status: [], labels: 'x', additionalData: 'y', owner: 3, incidentNumber: -1 }, 'wrong');
    await deliver({ title: 'Only a title', severity: 'Galactic', incidentNumber: 1e300, firstActivityTimeUtc: 'yesterday' }, 'title');
    for (const place of ['console', 'slack'] as const)
      await until(async () => {
        const texts = await soc.hands[place].texts('bob');
        return (
          texts.filter((text) => text.includes('Incident without a title')).length >= 2 &&
          texts.some((text) => text.includes('Only a title'))
        );
      }, `all three stand in ${place}`);
    expect((await soc.database.store.query('SELECT 1 FROM run')).rows).toHaveLength(1);
    soc.slack.expectNoProblems();
  });

  it('that a playbook needs is refused to a person with what is missing, and starts nothing', async () => {
    await deliver({ title: 'No entities', severity: 'Low', incidentNumber: 777 }, 'lean');
    const told = await soc.hands.console.command('bob', 'run stop-compromised-user 777');
    expect(told).toContain('needs an account, and this incident has none');
    expect((await soc.database.store.query('SELECT 1 FROM run')).rows).toHaveLength(1);
  });

  it('or twice the same number is offered by id', async () => {
    await deliver({ title: 'Also 777', severity: 'Low', incidentNumber: 777 }, 'other');
    const told = await soc.hands.console.command('bob', 'run stop-compromised-user 777');
    expect(told).toContain('stands for 2 incidents');
    expect(told).toContain('(No entities)');
    expect(told).toContain('(Also 777)');
  });
});

async function deliver(properties: object, id: string): Promise<void> {
  const body = JSON.stringify({ id: `/subscriptions/s/Incidents/${id}`, properties });
  const at = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', INGEST_SECRET).update(`${at}.${body}`).digest('hex');
  const headers = { 'x-picket-timestamp': at, 'x-picket-signature': `v1=${signature}` };
  const answer = await fetch(`http://127.0.0.1:${soc.app.port}/ingest/sentinel`, { method: 'POST', body, headers });
  expect(answer.status).toBe(202);
}
