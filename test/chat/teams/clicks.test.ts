// Buttons: answered within a second whatever the bot does, pressed once however often Teams says so, and never a card that replaces
// the one everybody sees.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../../../src/model/views.ts';
import type { FakeMessage, FakePerson } from '../../support/fake-teams/fake-teams.ts';
import { BLOCK, card, gate, type Recorder, recorder } from './recorder.ts';
import { openStage, type TeamsStage } from './stage.ts';

let bot: Recorder;
let stage: TeamsStage;
beforeEach(async () => {
  bot = recorder();
  stage = await openStage(bot);
});
afterEach(async () => stage.stop());

const question = card('Decide', { buttons: [BLOCK] });

async function posted(place = stage.place, conversation = stage.soc): Promise<FakeMessage> {
  const { id } = await stage.teams.port.post(place, question, { key: 'k' });
  const message = stage.fake.messages(conversation).find((one) => one.id === id);
  if (message === undefined) throw new Error('not posted');
  return message;
}

function toasts(person: FakePerson): readonly string[] {
  return stage.fake
    .messages(stage.soc, { as: person })
    .filter(({ kind }) => kind === 'toast')
    .map(({ activity }) => String(activity.text));
}

const inChat = (person: FakePerson): string => JSON.stringify(stage.fake.messages(stage.fake.chat(person)).map(({ activity }) => activity));
const replies = (given: Card): void => {
  bot.answer = async () => ({ visibility: 'private', card: given });
};

describe('a click', () => {
  it('is answered by a text for the person alone, and the shared card stays as it is', async () => {
    const message = await posted();
    const answer = await stage.fake.click(stage.alice, message, { label: 'Block' });
    expect(JSON.parse(answer.body)).toEqual({ statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Understood' });
    expect(stage.fake.messages(stage.soc)).toMatchObject([{ edits: 0 }]);
    expect(inChat(stage.alice)).toBe('[]');
  });

  it.each([
    ['a link', card('Run log', { url: 'https://picket.example.com/runs/1?t=personal', urlLabel: 'Open' })],
    ['a button', card('Run 17', { buttons: [BLOCK] })],
    ['a long text', card('Refused', { text: ['because '.repeat(60)] })],
  ])('whose answer has %s gets it in the chat, where nobody else reads it', async (_what, given) => {
    replies(given);
    await stage.fake.click(stage.alice, await posted(), { label: 'Block' });
    expect(toasts(stage.alice)).toEqual(['The answer is in your chat with Picket.']);
    expect(inChat(stage.alice)).toContain(JSON.stringify(given.adaptive.body).slice(1, -1));
    expect(stage.fake.messages(stage.soc)).toHaveLength(1);
  });

  it('by somebody whom the bot cannot write to tells them the cure', async () => {
    stage.alice.hasApp = false;
    replies(card('Run log', { url: 'https://picket.example.com/runs/1', urlLabel: 'Open' }));
    await stage.fake.click(stage.alice, await posted(), { label: 'Block' });
    expect(toasts(stage.alice)).toEqual([expect.stringContaining('Apps > Picket > Add')]);
  });

  it('is answered within a second while the bot still works, and the private answer follows', async () => {
    const working = gate();
    bot.answer = async () => {
      await working.passed;
      return { visibility: 'private', card: card('Done at last') };
    };
    const answer = await stage.fake.click(stage.alice, await posted(), { label: 'Block' });
    expect(answer.ms).toBeLessThan(1_000);
    expect(toasts(stage.alice)).toEqual([expect.stringMatching(/^Received\./)]);
    working.open();
    await expect.poll(() => inChat(stage.alice)).toContain('Done at last');
  });

  it('is answered within a second while the roster does not answer', async () => {
    stage.fake.faults.next('member', { kind: 'delay', ms: 1_500 });
    const answer = await stage.fake.click(stage.alice, await posted(), { label: 'Block' });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.ms).toBeLessThan(1_000);
    await expect.poll(() => bot.clicks, { timeout: 3_000 }).toHaveLength(1);
  });

  it('whose answer is for all stands in the thread of the card', async () => {
    bot.answer = async () => ({ visibility: 'public', card: card('For all') });
    const message = await posted();
    await stage.fake.click(stage.alice, message, { label: 'Block' });
    expect(stage.fake.messages(stage.soc).at(-1)).toMatchObject({ root: message.id });
    expect(toasts(stage.alice)).toEqual(['Done.']);
  });

  it('that Teams sends again is not pressed again', async () => {
    const message = await posted();
    await stage.fake.click(stage.alice, message, { label: 'Block' }, { id: 'f:1' });
    const again = await Promise.all([stage.fake.replay(), stage.fake.click(stage.alice, message, { label: 'Block' }, { id: 'f:1' })]);
    expect(again.map(({ status }) => status)).toEqual([200, 200]);
    expect(bot.clicks).toHaveLength(1);
  });

  it('that is a second press of the same person is handed over', async () => {
    const message = await posted();
    await stage.fake.click(stage.alice, message, { label: 'Block' });
    await stage.fake.click(stage.alice, message, { label: 'Block' });
    expect(bot.clicks).toHaveLength(2);
  });

  it('as Action.Submit does the same, and is answered in the chat', async () => {
    const message = await posted();
    const answer = await stage.fake.click(stage.alice, message, { label: 'Block' }, { as: 'submit' });
    expect(answer).toMatchObject({ status: 200, body: '' });
    await expect.poll(() => bot.clicks).toHaveLength(1);
    expect(bot.clicks[0]).toMatchObject({
      verb: 'decide',
      id: 'approval-1',
      choice: 'block',
      message: { id: message.id, place: stage.place },
    });
    await expect.poll(() => inChat(stage.alice)).toContain('Understood');
  });

  it.each<[string, unknown]>([
    ['another verb', { action: { type: 'Action.Execute', verb: 'approve', data: { id: 'a', choice: 'b' } } }],
    ['no id', { action: { type: 'Action.Execute', verb: 'decide', data: { choice: 'b' } } }],
    ['an id that is too long', { action: { type: 'Action.Execute', verb: 'decide', data: { id: 'x'.repeat(201), choice: 'b' } } }],
    ['nothing', undefined],
    [
      'a refresh that nobody pressed',
      { action: { type: 'Action.Execute', verb: 'decide', data: { id: 'a', choice: 'b' } }, trigger: 'automatic' },
    ],
  ])('with %s is refused and does nothing', async (_what, value) => {
    const message = await posted();
    const activity = { type: 'invoke', name: 'adaptiveCard/action', id: 'f:1', replyToId: message.id, value };
    const answer = await stage.fake.deliver(stage.alice, stage.soc, activity);
    expect(JSON.parse(answer.body)).toMatchObject({
      statusCode: 400,
      type: 'application/vnd.microsoft.error',
      value: { code: 'BadRequest' },
    });
    expect(bot.clicks).toEqual([]);
  });

  it('takes nobody from the data: the person is who the platform says', async () => {
    const message = await posted();
    const data = { id: 'approval-1', choice: 'block', person: stage.bob.objectId, user: stage.bob.objectId, role: 'admin' };
    const value = { action: { type: 'Action.Execute', verb: 'decide', data } };
    await stage.fake.deliver(stage.alice, stage.soc, {
      type: 'invoke',
      name: 'adaptiveCard/action',
      id: 'f:1',
      replyToId: message.id,
      value,
    });
    expect(bot.clicks[0]?.actor.user).toBe(stage.alice.objectId);
    expect(Object.keys(bot.clicks[0] ?? {}).sort()).toEqual(['actor', 'choice', 'id', 'message', 'verb']);
  });

  it('by a bot that fails says so', async () => {
    bot.answer = () => Promise.reject(new Error('database gone'));
    await stage.fake.click(stage.alice, await posted(), { label: 'Block' });
    expect(toasts(stage.alice)).toEqual([expect.stringContaining('error of its own')]);
  });
});

describe('the message under a button', () => {
  it('in a thread is named with its thread', async () => {
    const root = await posted();
    const thread = { ...stage.place, thread: root.id };
    const answer = await posted(thread);
    await stage.fake.click(stage.alice, answer, { label: 'Block' });
    expect(bot.clicks[0]?.message).toEqual({ id: answer.id, place: thread });
  });

  it('in the chat with a person is named as it was asked for, the person it is for included', async () => {
    const { fake, alice, place } = stage;
    const direct = { ...place, conversation: alice.objectId, person: 'carol' };
    const message = await posted(direct, fake.chat(alice));
    await fake.click(alice, message, { label: 'Block' });
    expect(bot.clicks[0]?.message).toEqual({ id: message.id, place: direct });
  });
});
