// The console as the outbox uses it: posting once per key, editing in place, finding again.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Console, createConsole } from '../../../src/chat/console/console.ts';
import { ChatError } from '../../../src/model/errors.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { PEOPLE, SOC, textCard, tinyBot } from './tiny-bot.ts';

let database: TestDatabase;
let console_: Console;

beforeAll(async () => {
  database = await testDatabase();
  console_ = createConsole({
    store: database.store,
    bot: tinyBot(),
    people: PEOPLE,
    channels: ['soc'],
    sandboxUrl: '',
    port: 0,
    log: quietLog,
  });
});
afterAll(() => database.drop());

describe("the console's chat port", () => {
  it('posts once per key, whoever repeats the post', async () => {
    const [first, second] = await Promise.all([
      console_.port.post(SOC, textCard('one'), { key: 'k1' }),
      console_.port.post(SOC, textCard('one'), { key: 'k1' }),
    ]);
    expect(second).toEqual(first);
    const { rows } = await database.store.query("SELECT 1 FROM console_message WHERE key = 'k1'");
    expect(rows.length).toBe(1);
  });

  it('finds a message by its key, in its place alone', async () => {
    const posted = await console_.port.post(SOC, textCard('two'), { key: 'k2' });
    expect(await console_.port.find?.(SOC, { key: 'k2', sinceMs: 60_000 })).toEqual(posted);
    expect(await console_.port.find?.(SOC, { key: 'k3', sinceMs: 60_000 })).toBeNull();
    const direct = { ...SOC, conversation: '@carol', person: 'carol' };
    expect(await console_.port.find?.(direct, { key: 'k2', sinceMs: 60_000 })).toBeNull();
  });

  it('edits in place and says when the message is gone', async () => {
    const posted = await console_.port.post(SOC, textCard('three'), { key: 'k4' });
    expect(await console_.port.update(posted, textCard('four'))).toBe('ok');
    const { rows } = await database.store.query<{ text: string }>('SELECT text FROM console_message WHERE id = $1', [posted.id]);
    expect(rows[0]?.text).toBe('four');
    await database.store.query('DELETE FROM console_message WHERE id = $1', [posted.id]);
    expect(await console_.port.update(posted, textCard('five'))).toBe('gone');
    expect(await console_.port.update({ ...posted, id: 'not-an-id' }, textCard('five'))).toBe('gone');
  });

  it('calls a conversation that does not exist unreachable', async () => {
    const error: unknown = await console_.port
      .post({ ...SOC, conversation: 'nowhere' }, textCard('x'), { key: 'k5' })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ChatError);
    expect(error).toMatchObject({ failure: 'unreachable', message: expect.stringContaining('picket.yaml') });
  });
});
