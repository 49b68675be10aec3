// Posting, editing and finding: what the outbox is told when Slack does not do it.
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatError } from '../../../src/model/errors.ts';
import type { Place } from '../../../src/model/place.ts';
import { card, recorder } from './recorder.ts';
import { openStage, type SlackStage } from './stage.ts';

let stage: SlackStage;
let place: Place;
beforeEach(async () => {
  stage = await openStage(recorder());
  place = { platform: 'slack', tenant: stage.fake.team.id, conversation: stage.soc.id, thread: '', person: '' };
});
afterEach(async () => stage.stop());

async function failureOf(work: Promise<unknown>): Promise<ChatError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChatError)) throw new Error(`expected a ChatError, got ${String(error)}`);
  return error;
}

const post = (to: Partial<Place> = {}): Promise<unknown> => stage.slack.port.post({ ...place, ...to }, card('Hello'), { key: 'k' });
const posts = (): number => stage.fake.calls.filter(({ method }) => method === 'chat.postMessage').length;

describe('a post', () => {
  it('carries its key, unfurls nothing, and stands in its thread', async () => {
    const { fake, soc, slack } = stage;
    const root = await slack.port.post(place, card('Root'), { key: 'k1' });
    await slack.port.post({ ...place, thread: root.id }, card('Answer'), { key: 'k2' });
    expect(fake.messages(soc)).toMatchObject([
      { threadTs: '', metadata: { event_type: 'picket', event_payload: { key: 'k1' } } },
      { threadTs: root.id, metadata: { event_type: 'picket', event_payload: { key: 'k2' } } },
    ]);
    expect(fake.calls.filter(({ method }) => method === 'chat.postMessage').map((call) => call.arguments)).toMatchObject([
      { unfurl_links: 'false', unfurl_media: 'false' },
      { unfurl_links: 'false', unfurl_media: 'false' },
    ]);
  });

  it.each([
    [{ botIsMember: false }, /not_in_channel.*\/invite @Picket/],
    [{ botIsMember: false, private: true }, /channel_not_found.*\/invite @Picket/],
    [{ archived: true }, /is_archived.*unarchive/],
  ])('in a channel with %j is unreachable, with the cure', async (flags, words) => {
    const channel = stage.fake.addChannel({ name: 'closed', ...flags });
    const error = await failureOf(post({ conversation: channel.id }));
    expect(error.failure).toBe('unreachable');
    expect(error.message).toMatch(words);
  });

  it.each([
    ['account_inactive', 'unreachable'],
    ['token_revoked', 'unreachable'],
    ['missing_scope', 'unreachable'],
    ['ratelimited', 'retry'],
    ['service_unavailable', 'retry'],
    ['internal_error', 'ambiguous'],
    ['fatal_error', 'ambiguous'],
    ['msg_too_long', 'refused'],
    ['a_word_nobody_knows', 'refused'],
  ])('that Slack answers with %s is %s, and is sent once', async (code, failure) => {
    stage.fake.faults.next('chat.postMessage', { kind: 'error', code });
    expect(await failureOf(post())).toMatchObject({ failure });
    expect(posts()).toBe(1);
  });

  it.each([
    [500, 'ambiguous'],
    [502, 'ambiguous'],
    [413, 'refused'],
    [429, 'retry'], // a proxy's, without Retry-After
  ])('answered with HTTP %i is %s', async (status, failure) => {
    stage.fake.faults.next('chat.postMessage', { kind: 'http', status });
    expect(await failureOf(post())).toMatchObject({ failure });
  });

  it('whose connection broke is ambiguous, and is not sent again', async () => {
    stage.fake.faults.next('chat.postMessage', { kind: 'lose-answer' });
    expect(await failureOf(post())).toMatchObject({ failure: 'ambiguous' });
    expect(posts()).toBe(1);
  });

  it('to a person that Slack does not know is unreachable', async () => {
    expect(await failureOf(post({ conversation: 'U0NOBODY' }))).toMatchObject({ failure: 'unreachable' });
  });

  it('to another workspace is unreachable, and says which one', async () => {
    expect((await failureOf(post({ tenant: 'T0OTHER' }))).message).toContain('T0OTHER');
  });

  it('that Slack finds malformed is refused with its reason', async () => {
    const broken = {
      text: 'x',
      adaptive: { type: 'AdaptiveCard', version: '1.5', body: [], actions: [{ type: 'Action.Execute', title: '' }] },
    };
    const error = await failureOf(stage.slack.port.post(place, broken, { key: 'k' }));
    expect(error).toMatchObject({ failure: 'refused' });
  });
});

describe('while Slack cannot be reached', () => {
  it('a post is to be tried again, for nothing was sent', async () => {
    const closed = await unusedPort();
    const away = await openStage(recorder(), { settings: { apiUrl: `http://127.0.0.1:${closed}/api/` } });
    const error = await failureOf(away.slack.port.post(place, card('Hello'), { key: 'k' }));
    expect(error).toMatchObject({ failure: 'retry' });
    expect(await away.slack.teamId()).toBe('');
    await away.stop();
  });
});

describe('an edit', () => {
  it('replaces text and blocks together', async () => {
    const { fake, soc, slack } = stage;
    const message = await slack.port.post(place, card('Waiting', { withButton: true }), { key: 'k' });
    expect(await slack.port.update(message, card('Blocked'))).toBe('ok');
    expect(fake.messages(soc)).toMatchObject([{ ts: message.id, text: 'Blocked', edits: 1, metadata: { event_payload: { key: 'k' } } }]);
    expect(JSON.stringify(fake.messages(soc)[0]?.blocks)).toContain('Blocked');
  });

  it.each([
    ['message_not_found', 'gone'],
    ['cant_update_message', 'gone'],
    ['edit_window_closed', 'gone'],
  ])('that Slack answers with %s finds it %s', async (code, outcome) => {
    const message = await stage.slack.port.post(place, card('Waiting'), { key: 'k' });
    stage.fake.faults.next('chat.update', { kind: 'error', code });
    expect(await stage.slack.port.update(message, card('Blocked'))).toBe(outcome);
  });

  it('in an archived channel is unreachable', async () => {
    const message = await stage.slack.port.post(place, card('Waiting'), { key: 'k' });
    stage.soc.archived = true;
    expect(await failureOf(stage.slack.port.update(message, card('Blocked')))).toMatchObject({ failure: 'unreachable' });
  });
});

describe('a search', () => {
  it('finds a message whose answer was lost, in a channel and in a thread', async () => {
    const { fake, slack } = stage;
    const sinceMs = Date.now();
    const root = await slack.port.post(place, card('Root'), { key: 'root' });
    for (const thread of ['', root.id]) {
      fake.faults.next('chat.postMessage', { kind: 'lose-answer' });
      await failureOf(slack.port.post({ ...place, thread }, card('Lost'), { key: `lost${thread}` }));
      const found = await slack.port.find?.({ ...place, thread }, { key: `lost${thread}`, sinceMs });
      expect(found).toMatchObject({ place: { thread } });
      expect(fake.messages(stage.soc).find(({ ts }) => ts === found?.id)?.text).toBe('Lost');
    }
  });

  it('looks beyond the first page', async () => {
    const { fake, slack } = stage;
    const first = await slack.port.post(place, card('First'), { key: 'first' });
    for (let n = 0; n < 250; n += 1) fake.say(stage.soc, `chatter ${n}`);
    expect(await slack.port.find?.(place, { key: 'first', sinceMs: Date.now() - 5_000 })).toEqual(first);
  });

  it('whose answer is lost is made again', async () => {
    const { fake, slack } = stage;
    const message = await slack.port.post(place, card('Here'), { key: 'k' });
    fake.faults.next('conversations.history', { kind: 'lose-answer' });
    expect(await slack.port.find?.(place, { key: 'k', sinceMs: Date.now() - 5_000 })).toEqual(message);
  });
});

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
