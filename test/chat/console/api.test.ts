// The console's listener: who is let in, what a person sees, what reaches the bot.
import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Console, createConsole } from '../../../src/chat/console/console.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { PEOPLE, questionCard, SOC, type TinyBot, textCard, tinyBot } from './tiny-bot.ts';

let database: TestDatabase;
let console_: Console;
let bot: TinyBot;

beforeAll(async () => {
  database = await testDatabase();
  bot = tinyBot();
  console_ = createConsole({ store: database.store, bot, people: PEOPLE, channels: ['soc'], sandboxUrl: '', port: 0, log: quietLog });
  bot.use(console_.port);
  await console_.listen();
});
afterAll(async () => {
  await console_.close();
  await database.drop();
});

function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const all = { 'content-type': 'application/json', origin: console_.url, ...headers };
  return fetch(`${console_.url}${path}`, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers: all });
}

async function seen(
  as: string,
  conversation: string,
): Promise<{ id: string; text: string; thread: string; visibleTo: string; author: string }[]> {
  const response = await fetch(`${console_.url}/api/messages?${new URLSearchParams({ as, conversation }).toString()}`);
  return JSON.parse(await response.text());
}

/** `fetch` sets Host itself. */
function statusWithHost(host: string): Promise<number | undefined> {
  const url = new URL(console_.url);
  return new Promise((resolve, reject) => {
    rawRequest({ host: '127.0.0.1', port: url.port, path: '/api/state', headers: { host } }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end();
  });
}

describe('who may talk to the console', () => {
  it('listens on loopback only', async () => {
    expect(new URL(console_.url).hostname).toBe('127.0.0.1');
  });

  it("turns away a name that somebody else's DNS points here", async () => {
    const port = new URL(console_.url).port;
    expect(await statusWithHost(`127.0.0.1:${port}`)).toBe(200);
    expect(await statusWithHost(`localhost:${port}`)).toBe(200);
    expect(await statusWithHost(`rebound.example.com:${port}`)).toBe(403);
    expect(await statusWithHost('127.0.0.1:1')).toBe(403);
  });

  it.each([
    ['from another site', { origin: 'http://evil.example.com' }],
    ['from another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['that the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['that a plain form could send', { 'content-type': 'text/plain' }],
  ])('turns away a request %s', async (_title, headers) => {
    const before = bot.commands.length;
    const response = await post('/api/messages', { as: 'carol', conversation: 'soc', text: '/playbook list' }, headers);
    expect([response.status, bot.commands.length]).toEqual([403, before]);
  });

  it('turns away a request that changes something without an Origin', async () => {
    const response = await fetch(`${console_.url}/api/messages`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(403);
  });

  it('refuses to run in a frame and to run scripts from elsewhere', async () => {
    const policy = (await fetch(console_.url)).headers.get('content-security-policy');
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("script-src 'self';");
  });
});

describe('what reaches the bot', () => {
  it('is a command without its slash and name, by the person acted as', async () => {
    expect((await post('/api/messages', { as: 'amara', conversation: 'soc', text: '  /playbook run block-user alice ' })).status).toBe(200);
    expect(bot.commands.at(-1)).toEqual({
      name: 'playbook',
      text: 'run block-user alice',
      actor: { platform: 'console', tenant: 'local', user: 'amara', display: 'Amara Diallo', external: false },
      place: SOC,
    });
  });

  it('is plain text too in a direct message, and only a command in a channel', async () => {
    await post('/api/messages', { as: 'amara', conversation: '@amara', text: 'playbook list' });
    expect(bot.commands.at(-1)).toMatchObject({ name: 'playbook', text: 'list', place: { conversation: '@amara', person: 'amara' } });
    await post('/api/messages', { as: 'amara', conversation: '@amara', text: 'runs' });
    expect(bot.commands.at(-1)).toMatchObject({ name: 'playbook', text: 'runs' });
    const before = bot.commands.length;
    await post('/api/messages', { as: 'amara', conversation: 'soc', text: 'Anybody looking at this?' });
    expect(bot.commands.length).toBe(before);
    expect((await seen('dan', 'soc')).map(({ text }) => text)).toContain('Anybody looking at this?');
  });

  it('is a click with the message it was made on', async () => {
    const posted = await console_.port.post(SOC, questionCard(), { key: 'click-1' });
    const click = { message: posted.id, verb: 'decide', id: 'approval-1', choice: 'block' };
    expect((await post('/api/clicks', { as: 'eve', ...click })).status).toBe(200);
    expect(bot.clicks.at(-1)).toMatchObject({ verb: 'decide', id: 'approval-1', choice: 'block', actor: { user: 'eve' }, message: posted });
  });

  it.each([
    ['an unknown person', '/api/messages', { as: 'nobody', conversation: 'soc', text: '/playbook list' }, 404],
    ["another person's direct messages", '/api/messages', { as: 'eve', conversation: '@carol', text: 'list' }, 404],
    ['no text', '/api/messages', { as: 'carol', conversation: 'soc', text: '  ' }, 400],
    ['malformed JSON', '/api/messages', '{"as":', 400],
    ['a body too large', '/api/messages', { as: 'carol', conversation: 'soc', text: 'x'.repeat(70_000) }, 413],
    ['an unknown verb', '/api/clicks', { as: 'carol', message: 'm', verb: 'own', id: 'a', choice: '' }, 400],
    ['an unknown message', '/api/clicks', { as: 'carol', message: 'm', verb: 'decide', id: 'a', choice: '' }, 404],
  ])('is nothing for %s', async (_title, path, body, status) => {
    const before = bot.commands.length + bot.clicks.length;
    const response = await post(path, body);
    expect([response.status, bot.commands.length + bot.clicks.length]).toEqual([status, before]);
    expect(await response.json()).toEqual({ error: expect.any(String), remedy: expect.any(String) });
  });
});

describe('what a person sees', () => {
  it('is not what was answered to somebody else', async () => {
    await post('/api/messages', { as: 'carol', conversation: 'soc', text: '/playbook show 41' });
    expect((await seen('carol', 'soc')).map(({ text }) => text)).toContain('You typed: show 41');
    const others = await seen('dan', 'soc');
    expect(others.filter(({ text }) => text.includes('show 41'))).toEqual([]);
  });

  it("is not anybody else's direct messages", async () => {
    const direct = { ...SOC, conversation: '@dan', person: 'dan' };
    const posted = await console_.port.post(direct, questionCard('For Dan alone'), { key: 'direct-1' });
    expect((await seen('dan', '@dan')).map(({ text }) => text)).toContain('For Dan alone');
    const peek = await fetch(`${console_.url}/api/messages?as=eve&conversation=%40dan`);
    const click = await post('/api/clicks', { as: 'eve', message: posted.id, verb: 'decide', id: 'approval-1', choice: 'block' });
    expect([peek.status, click.status]).toEqual([404, 404]);
  });

  it('arrives by itself, the private part only for its person', async () => {
    const stop = new AbortController();
    const stream = await fetch(`${console_.url}/api/events?as=dan`, { signal: stop.signal });
    const reader = (stream.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const until = async (text: string): Promise<void> => {
      while (!heard.includes(text)) heard += (await reader.read()).value ?? '';
    };
    await until('hello');
    await console_.port.post({ ...SOC, person: 'carol' }, textCard('for carol'), { key: 'live-1' });
    const posted = await console_.port.post(SOC, textCard('for everybody'), { key: 'live-2' });
    await until('for everybody');
    await console_.port.update(posted, textCard('changed'));
    await until('changed');
    expect(heard).not.toContain('for carol');
    stop.abort();
  });

  it("is the answer to a click beside the card, in the card's thread", async () => {
    const posted = await console_.port.post(SOC, questionCard(), { key: 'click-2' });
    await post('/api/clicks', { as: 'eve', message: posted.id, verb: 'decide', id: 'approval-1', choice: 'block' });
    const answers = (await seen('eve', 'soc')).filter(({ thread }) => thread === posted.id);
    expect(answers).toMatchObject([{ author: 'picket', visibleTo: 'eve', text: expect.stringContaining('Ask an admin') }]);
  });
});
