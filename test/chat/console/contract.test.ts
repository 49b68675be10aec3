// The console keeps what every chat platform promises the bot.
import { afterAll, beforeAll } from 'vitest';
import { createConsole } from '../../../src/chat/console/console.ts';
import type { ConsoleMessage } from '../../../src/chat/console/messages.ts';
import { type ChatStage, chatPlatformContract, type SeenMessage, type StagePerson, type Status } from '../../contracts/chat-platform.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { PEOPLE, SOC } from './tiny-bot.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

chatPlatformContract('console', async (bot): Promise<ChatStage> => {
  await database.store.query('TRUNCATE console_message');
  const console_ = createConsole({ store: database.store, bot, people: PEOPLE, channels: ['soc'], sandboxUrl: '', port: 0, log: quietLog });
  await console_.listen();

  const post = async (path: string, body: object): Promise<Status> => {
    const headers = { 'content-type': 'application/json', origin: console_.url };
    return (await fetch(`${console_.url}${path}`, { method: 'POST', body: JSON.stringify(body), headers })).status;
  };
  const seenBy = async ({ user }: StagePerson): Promise<readonly SeenMessage[]> => {
    const response = await fetch(`${console_.url}/api/messages?${new URLSearchParams({ as: user, conversation: 'soc' }).toString()}`);
    const messages: ConsoleMessage[] = JSON.parse(await response.text());
    return messages.map(({ id, text, card }) => ({ id, content: `${text}\n${JSON.stringify(card)}`, buttons: titles(card), pings: [] }));
  };

  return {
    port: console_.port,
    place: SOC,
    person: { tenant: 'local', user: 'carol', display: 'Carol Ortiz' },
    other: { tenant: 'local', user: 'dan', display: 'Dan Weber' },
    outsider: 'everybody who can be acted as is in picket.yaml',
    forgeries: 'the page signs nothing; api.test.ts shows whom Host and Origin keep out',
    type: (person, text) => post('/api/messages', { as: person.user, conversation: 'soc', text: `/playbook ${text}` }),
    press: (person, message, { verb, choice }) =>
      post('/api/clicks', { as: person.user, message: message.id, verb, id: 'approval-1', choice }),
    seenBy,
    remove: async ({ id }) => void (await database.store.query('DELETE FROM console_message WHERE id = $1', [id])),
    slowDown: 'the console never asks to slow down',
    loseAnswer: 'a repeated post with the same key is the same message',
    close: () => console_.close(),
  };
});

// Titles of Action.Execute, wherever they stand in the card.
function titles(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(titles);
  if (typeof value !== 'object' || value === null) return [];
  const own = 'type' in value && value.type === 'Action.Execute' && 'title' in value ? [String(value.title)] : [];
  return [...own, ...Object.values(value).flatMap(titles)];
}
