// Teams keeps the contract of every chat platform, over real HTTP against the stand-in.
import { type ChatStage, chatPlatformContract, type SeenMessage, type StagePerson } from '../../contracts/chat-platform.ts';
import type { FakeMessage, FakePerson } from '../../support/fake-teams/fake-teams.ts';
import { openStage } from './stage.ts';

chatPlatformContract('teams', async (bot): Promise<ChatStage> => {
  const { fake, teams, soc, place, alice, bob, stop } = await openStage(bot);
  const guest = fake.addPerson({ name: 'grace', role: 'guest' });
  soc.members.add(guest);
  const staged = (person: FakePerson): StagePerson => ({ tenant: person.tenant, user: person.objectId, display: person.name });
  const personOf = ({ user }: StagePerson): FakePerson => {
    const person = [alice, bob, guest].find(({ objectId }) => objectId === user);
    if (person === undefined) throw new Error(`${user} is not on the stage`);
    return person;
  };
  const messageOf = (id: string): FakeMessage => {
    const message = fake.messages(soc).find((one) => one.id === id);
    if (message === undefined) throw new Error(`no message ${id}`);
    return message;
  };
  const seen = (message: FakeMessage): SeenMessage => ({
    id: message.id,
    content: JSON.stringify(message.activity),
    buttons: fake.buttons(message),
    pings: mentionsOf(message.activity),
  });

  return {
    port: teams.port,
    place,
    person: staged(alice),
    other: staged(bob),
    outsider: staged(guest),
    forgeries: {
      forged: async (person, text) => (await fake.say(personOf(person), soc, text, { token: { wrongSignature: true } })).status,
      replayed: async () => (await fake.replay()).status,
      oversized: async () => (await fake.say(alice, soc, 'x'.repeat(2_000_000))).status,
      malformed: async () => (await fake.sender.raw('{"type":')).status,
    },
    type: async (person, text) => (await fake.say(personOf(person), soc, text)).status,
    press: async (person, message, { label }) => (await fake.click(personOf(person), messageOf(message.id), { label })).status,
    seenBy: async (person) => {
      const as = personOf(person);
      return [...fake.messages(soc, { as }), ...fake.messages(fake.chat(as), { as })].map(seen);
    },
    remove: async (message) => fake.delete(messageOf(message.id)),
    slowDown: () => {
      fake.faults.next('create', { kind: 'rate-limit', seconds: 7 });
      return 7_000;
    },
    loseAnswer: () => fake.faults.next('create', { kind: 'lose-answer' }),
    close: stop,
  };
});

/** Teams notifies whom the entities of a message or card name, and nobody else. */
function mentionsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(mentionsOf);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'mention' ? [JSON.stringify(value)] : [];
  return [...own, ...Object.values(value).flatMap(mentionsOf)];
}
