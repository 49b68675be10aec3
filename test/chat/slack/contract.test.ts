// Slack keeps the contract of every chat platform, over real HTTP against the stand-in.

import { type ChatStage, chatPlatformContract, type SeenMessage, type StagePerson } from '../../contracts/chat-platform.ts';
import type { FakeMessage, FakeUser } from '../../support/fake-slack/fake-slack.ts';
import { openStage } from './stage.ts';

chatPlatformContract('slack', async (bot): Promise<ChatStage> => {
  const { fake, slack, soc, alice, bob, stop } = await openStage(bot);
  const guest = fake.addUser({ name: 'grace', guest: true });
  const users = [alice, bob, guest];
  const staged = (user: FakeUser): StagePerson => ({ tenant: user.teamId, user: user.id, display: user.name });
  const userOf = (person: StagePerson): FakeUser => {
    const user = users.find(({ id }) => id === person.user);
    if (user === undefined) throw new Error(`${person.user} is not on the stage`);
    return user;
  };
  const messageOf = (id: string): FakeMessage => {
    const message = fake.messages(soc).find(({ ts }) => ts === id);
    if (message === undefined) throw new Error(`no message ${id}`);
    return message;
  };
  const seen = (message: FakeMessage): SeenMessage => ({
    id: message.ts,
    content: JSON.stringify([message.text, message.blocks]),
    buttons: fake.buttons(message),
    pings: [message.text, ...mrkdwnOf(message.blocks)].flatMap((text) => text.match(/<[!@#][^>]*>/g) ?? []),
  });

  return {
    port: slack.port,
    place: { platform: 'slack', tenant: fake.team.id, conversation: soc.id, thread: '', person: '' },
    person: staged(alice),
    other: staged(bob),
    outsider: staged(guest),
    forgeries: {
      forged: async (person, text) => (await fake.command(userOf(person), soc, text, { signingSecret: 'a guess' })).status,
      replayed: async () => (await fake.replay()).status,
      oversized: async () => (await fake.sender.json({ type: 'event_callback', padding: 'x'.repeat(2_000_000) })).status,
      malformed: async () => (await fake.sender.raw('{"type":', 'application/json')).status,
    },
    type: async (person, text) => (await fake.command(userOf(person), soc, text)).status,
    press: async (person, message, { label }) => (await fake.click(userOf(person), messageOf(message.id), { label })).status,
    seenBy: async (person) => fake.messages(soc, { as: userOf(person) }).map(seen),
    remove: async (message) => fake.delete(messageOf(message.id)),
    slowDown: () => {
      fake.faults.next('chat.postMessage', { kind: 'rate-limit', seconds: 7 });
      return 7_000;
    },
    loseAnswer: () => fake.faults.next('chat.postMessage', { kind: 'lose-answer' }),
    close: stop,
  };
});

/** Every text that Slack reads as mrkdwn. */
function mrkdwnOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mrkdwnOf);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'mrkdwn' && 'text' in value && typeof value.text === 'string' ? [value.text] : [];
  return [...own, ...Object.values(value).flatMap(mrkdwnOf)];
}
