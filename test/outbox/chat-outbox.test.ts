// What playbooks say in chat: saved once per key, in every place of the channel, in the right thread.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ChatOutbox } from '../../src/model/chat.ts';
import { ActionError } from '../../src/model/errors.ts';
import type { Place } from '../../src/model/place.ts';
import { createChatOutbox, readMessage } from '../../src/outbox/chat-outbox.ts';
import { createReconciler } from '../../src/outbox/reconciler.ts';
import { raiseSurfaces, surfacesOf } from '../../src/outbox/surfaces.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { fakePort } from '../support/fake-port.ts';
import { quietLog } from '../support/quiet-log.ts';

const slack: Place = { platform: 'slack', tenant: 'T1', conversation: 'C1', thread: '', person: '' };
const teams: Place = { platform: 'teams', tenant: 'contoso', conversation: '19:soc', thread: '', person: '' };
const lobby: Place = { ...slack, conversation: 'C2' };

let db: TestDatabase;
let outbox: ChatOutbox;
let kicks: number;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});
beforeEach(async () => {
  await db.store.query('TRUNCATE surface, message, place_lease');
  kicks = 0;
  outbox = createChatOutbox({
    store: db.store,
    channels: [
      { name: 'soc', places: [slack, teams] },
      { name: 'lobby', places: [lobby] },
      { name: 'empty', places: [] },
    ],
    kick: () => {
      kicks += 1;
    },
  });
});

const said = (key: string, changes: Partial<{ channel: string; replyTo: string; text: string }> = {}) => ({
  key,
  channel: 'soc',
  replyTo: '',
  title: 'Note',
  text: 'hello',
  ...changes,
});

test('a message goes to every place of its channel, once per key', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => outbox.post(said('k1'))));
  const [first] = answers;
  expect(new Set(answers.map((answer) => answer.message)).size).toBe(1);
  const surfaces = await surfacesOf(db.store, { kind: 'message', id: first?.message ?? '' });
  expect(surfaces.map((surface) => surface.place)).toEqual([slack, teams]);
  expect(await readMessage(db.store, first?.message ?? '')).toEqual({ title: 'Note', text: 'hello' });
  expect(kicks).toBeGreaterThan(0);
});

test('an update changes the content and raises every copy', async () => {
  const { message } = await outbox.post(said('k1'));
  await outbox.update({ message, title: 'Note', text: 'changed\0' });
  expect(await readMessage(db.store, message)).toEqual({ title: 'Note', text: 'changed\uFFFD' });
  expect((await surfacesOf(db.store, { kind: 'message', id: message })).map((surface) => surface.wanted)).toEqual([2, 2]);
});

test('an incident has one card per place, however often it is asked for', async () => {
  const incidentId = randomUUID();
  await outbox.postIncident({ incidentId, channel: 'soc' });
  const { card } = await outbox.postIncident({ incidentId, channel: 'soc' });
  await outbox.postIncident({ incidentId, channel: 'lobby' });
  expect(await surfacesOf(db.store, { kind: 'incident', id: incidentId })).toHaveLength(3);
  const { message } = await outbox.post(said('k2', { channel: '', replyTo: card }));
  const replies = await surfacesOf(db.store, { kind: 'message', id: message });
  expect(replies.map((reply) => reply.place)).toEqual([slack, teams]);
});

test('an answer is posted in the thread of each copy it answers, also when asked for before the card stands', async () => {
  const ports = [fakePort({ platform: 'slack', conversations: ['C1'] }), fakePort({ platform: 'teams', conversations: ['19:soc'] })];
  const reconciler = createReconciler({
    store: db.store,
    ports: new Map(ports.map((fake) => [fake.port.platform, fake.port])),
    render: async (subject) => ({ adaptive: {}, text: (await readMessage(db.store, subject.id))?.text ?? '' }),
    me: 'replica-1',
    log: quietLog,
    onUnreachable: () => undefined,
    now: Date.now,
  });
  const { message } = await outbox.post(said('k1', { text: 'first' }));
  const answer = await outbox.post(said('k2', { text: 'second', channel: '', replyTo: message }));
  await outbox.post(said('k3', { text: 'third', channel: '', replyTo: answer.message }));
  reconciler.kick();
  await expect.poll(() => reconciler.depth()).toBe(0);
  for (const fake of ports) {
    const [first, second, third] = fake.messages();
    expect([first?.texts, second?.texts, third?.texts]).toEqual([['first'], ['second'], ['third']]);
    expect([first?.place.thread, second?.place.thread, third?.place.thread]).toEqual(['', first?.id, first?.id]);
    fake.verify();
  }
  await reconciler.stop();
});

test('many raises at once are all counted', async () => {
  const { message } = await outbox.post(said('k1'));
  const subject = { kind: 'message', id: message } as const;
  await Promise.all(Array.from({ length: 20 }, () => db.store.transaction((tx) => raiseSurfaces(tx, subject, { byPerson: false }))));
  expect((await surfacesOf(db.store, subject)).map((surface) => surface.wanted)).toEqual([21, 21]);
});

test.each([
  ['an unknown channel', () => outbox.post(said('x', { channel: 'sock' })), 'there is no channel "sock": known are soc, lobby'],
  ['a channel without places', () => outbox.postIncident({ incidentId: randomUUID(), channel: 'empty' }), 'there is no channel "empty"'],
  ['an answer to nothing', () => outbox.post(said('x', { channel: '', replyTo: randomUUID() })), 'there is no message or incident card'],
  ['an answer to nonsense', () => outbox.post(said('x', { channel: '', replyTo: 'hello' })), 'there is no message or incident card hello'],
  ['an update of nothing', () => outbox.update({ message: 'hello', title: '', text: '' }), 'there is no message hello'],
])('%s is an error that says what to do, and saves nothing', async (_name, act, message) => {
  const error = await act().then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ActionError);
  expect(error).toMatchObject({ message: expect.stringContaining(message), retryable: false });
  const { rows } = await db.store.query('SELECT 1 FROM message');
  expect(rows).toEqual([]);
});
