// Posting and editing: threads, chats with one person, and what each answer of the connector means to the outbox.
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatError } from '../../../src/model/errors.ts';
import type { Place } from '../../../src/model/place.ts';
import type { Fault } from '../../support/fake-teams/faults.ts';
import { card, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

let stage: TeamsStage;
let place: Place;
beforeEach(async () => {
  stage = await openStage(recorder());
  place = stage.place;
});
afterEach(async () => stage.stop());

const post = (where: Place = place) => stage.teams.port.post(where, card('Hello'), { key: 'k' });
const count = (operation: string): number => stage.fake.calls.filter((call) => call.operation === operation).length;

async function failureOf(work: Promise<unknown>): Promise<ChatError> {
  const error: unknown = await work.then(
    () => new Error('it should have failed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChatError)) throw error;
  return error;
}

describe('a post', () => {
  it('in a channel starts a thread; with a thread it answers there', async () => {
    const { fake, soc } = stage;
    const root = await post();
    const answer = await post({ ...place, thread: root.id });
    expect(fake.messages(soc).map(({ id, root: thread }) => [id, thread])).toEqual([
      [root.id, root.id],
      [answer.id, root.id],
    ]);
    expect(answer.place.thread).toBe(root.id);
  });

  it('carries the card as it is, and says in the notification what it is about', async () => {
    const given = card('Suspicious sign-in');
    await stage.teams.port.post(place, given, { key: 'k' });
    const [message] = stage.fake.messages(stage.soc);
    if (message === undefined) throw new Error('not posted');
    expect(stage.fake.card(message)).toEqual(given.adaptive);
    expect(message.activity.summary).toBe('Suspicious sign-in');
  });

  it('in a group chat is a message', async () => {
    const { fake, alice } = stage;
    const chat = fake.addGroupChat({ members: [alice] });
    await post({ ...place, conversation: chat.id });
    expect(fake.messages(chat)).toHaveLength(1);
  });

  it('to a person opens the chat once and keeps it', async () => {
    const { fake, alice } = stage;
    const direct = { ...place, conversation: alice.objectId, person: 'carol' };
    const message = await post(direct);
    expect(message.place).toEqual(direct);
    await post(direct);
    expect([count('create'), count('send')]).toEqual([1, 2]);
    expect(await stage.teams.port.update(message, card('Edited'))).toBe('ok');
    expect(fake.messages(fake.chat(alice))).toMatchObject([{ edits: 1 }, { edits: 0 }]);
  });

  it('of a card larger than Teams takes is refused before it is sent', async () => {
    const { adaptive, text } = card('Large');
    const large = { text, adaptive: { ...adaptive, speak: 'x'.repeat(60_000) } };
    expect(await failureOf(stage.teams.port.post(place, large, { key: 'k' }))).toMatchObject({ failure: 'refused' });
    expect(count('create')).toBe(0);
  });

  it('renews the token when the connector refuses it', async () => {
    await post();
    stage.fake.faults.next('create', { kind: 'http', status: 401 });
    await post();
    expect([count('token'), stage.fake.messages(stage.soc).length]).toEqual([2, 2]);
  });
});

describe('an answer of the connector', () => {
  it.each<[string, Fault, Partial<ChatError>]>([
    ['429 with a time', { kind: 'rate-limit', seconds: 3 }, { failure: 'retry', retryAfterMs: 3_000 }],
    ['429 without a time', { kind: 'rate-limit' }, { failure: 'retry', retryAfterMs: undefined }],
    ['412', { kind: 'http', status: 412 }, { failure: 'retry' }],
    ['502', { kind: 'http', status: 502 }, { failure: 'retry' }],
    ['503', { kind: 'http', status: 503 }, { failure: 'retry' }],
    ['504', { kind: 'http', status: 504 }, { failure: 'retry' }],
    ['500', { kind: 'http', status: 500 }, { failure: 'ambiguous' }],
    ['a broken connection', { kind: 'drop' }, { failure: 'ambiguous' }],
    ['nothing, though it was done', { kind: 'lose-answer' }, { failure: 'ambiguous' }],
    ['403', { kind: 'http', status: 403, code: 'MessageWritesBlocked' }, { failure: 'unreachable' }],
    ['403 without a word', { kind: 'http', status: 403, code: '' }, { failure: 'unreachable' }],
    ['404', { kind: 'http', status: 404 }, { failure: 'unreachable' }],
    ['400', { kind: 'http', status: 400, code: 'BadSyntax' }, { failure: 'refused' }],
    ['413', { kind: 'http', status: 413, code: 'MessageSizeTooBig' }, { failure: 'refused' }],
  ])('%s to a post is passed on after one try', async (_what, fault, expected) => {
    const attempts: number[] = [];
    stage.fake.faults.next('create', fault);
    expect(await failureOf(post())).toMatchObject({ platform: 'teams', ...expected });
    attempts.push(stage.fake.messages(stage.soc).length);
    expect(attempts).toEqual([fault.kind === 'lose-answer' ? 1 : 0]);
  });

  it('403 names what the operator can do', async () => {
    stage.soc.botIsMember = false;
    expect((await failureOf(post())).message).toMatch(/BotNotInConversationRoster.*add Picket there \(Apps > Picket > Add\)/);
    stage.alice.hasApp = false;
    expect(await failureOf(post({ ...place, conversation: stage.alice.objectId }))).toMatchObject({ failure: 'unreachable' });
  });

  it('that is lost when an edit is made means that it is made again', async () => {
    const message = await post();
    stage.fake.faults.next('edit', { kind: 'lose-answer' });
    expect(await failureOf(stage.teams.port.update(message, card('Edited')))).toMatchObject({ failure: 'retry' });
  });

  it('that the message is not there finds it gone; that the bot is not there does not', async () => {
    const message = await post();
    stage.fake.delete(stage.fake.messages(stage.soc)[0] ?? expect.fail('not posted'));
    expect(await stage.teams.port.update(message, card('Too late'))).toBe('gone');
    stage.soc.botIsMember = false;
    expect(await failureOf(stage.teams.port.update(message, card('Too late')))).toMatchObject({ failure: 'unreachable' });
  });
});

describe('the limits', () => {
  it('are those of Teams: as many posts and edits as they allow go through, one more is asked to wait', async () => {
    const { fake, teams } = stage;
    fake.faults.enforceLimits = true;
    const [first] = teams.port.limits;
    const message = await post();
    for (let n = 1; n < (first?.count ?? 0); n += 1) await teams.port.update(message, card(`Edit ${n}`));
    expect(await failureOf(post({ ...place, thread: message.id }))).toMatchObject({ failure: 'retry', retryAfterMs: 1_000 });
  });
});

describe('while Teams cannot be reached', () => {
  it('a post is to be tried again, for nothing was sent', async () => {
    const host = `127.0.0.1:${await unusedPort()}`;
    const away = await openStage(recorder(), { settings: { serviceHosts: [host] } });
    expect(await failureOf(away.teams.port.post(away.place, card('Hello'), { key: 'k' }))).toMatchObject({ failure: 'retry' });
    await away.stop();
  });

  it('the bot starts without a token and asks for one when it is needed', async () => {
    const login = `http://127.0.0.1:${await unusedPort()}`;
    const issuer = stage.fake.settings().issuer ?? expect.fail('no issuer');
    const away = await openStage(recorder(), { settings: { issuer: { ...issuer, loginUrl: login } } });
    expect(await failureOf(away.teams.port.post(away.place, card('Hello'), { key: 'k' }))).toMatchObject({ failure: 'retry' });
    await away.stop();
  });

  it('a token that cannot be had for now is asked for again, a password that is refused needs somebody', async () => {
    stage.fake.faults.next('create', { kind: 'http', status: 401 });
    stage.fake.faults.next('token', { kind: 'http', status: 503 });
    expect(await failureOf(post())).toMatchObject({ failure: 'retry' });
    stage.fake.faults.next('token', { kind: 'http', status: 401 });
    expect(await failureOf(post())).toMatchObject({ failure: 'unreachable' });
    await post();
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
