// What every chat platform promises the bot, whatever it is called. A platform's test file hands in a harness over real HTTP;
// what a platform has no notion of is skipped with the reason the harness gives.
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { createRenderer } from '../../src/cards/render.ts';
import type { Bot, ChatPort, Click, Command, Reply } from '../../src/model/chat.ts';
import { ChatError } from '../../src/model/errors.ts';
import type { MessageRef, Place, Platform } from '../../src/model/place.ts';
import type { Button, Card, NoticeView } from '../../src/model/views.ts';
import { HOSTILE, templateDir } from '../cards/views.ts';

/** Somebody on the stage, as the Actor must name them. */
export interface StagePerson {
  readonly tenant: string;
  readonly user: string;
  readonly display: string;
}

/** A message as one person sees it. */
export interface SeenMessage {
  /** As in MessageRef. */
  readonly id: string;
  /** Everything the platform was given to show, markup included. */
  readonly content: string;
  /** Labels of its buttons. */
  readonly buttons: readonly string[];
  /** Who or what would be notified by its markup, in the platform's own words: `<!channel>`. */
  readonly pings: readonly string[];
}

/** What the platform answered a delivery, as an HTTP status. */
export type Status = number;

/** Deliveries that no person makes. A string says why the platform has none of it. */
export interface Forgeries {
  /** The command, signed by somebody who is not the platform. */
  forged(person: StagePerson, text: string): Promise<Status>;
  /** The last delivery again, byte for byte, as it was sent. */
  replayed(): Promise<Status>;
  /** Well signed, and larger than anything the platform sends. */
  oversized(): Promise<Status>;
  /** Well signed, and not what its content type says. */
  malformed(): Promise<Status>;
}

export interface ChatStage {
  readonly port: ChatPort;
  /** A channel that the bot is in. */
  readonly place: Place;
  readonly person: StagePerson;
  readonly other: StagePerson;
  /** A guest, a bot or somebody of another tenant; a string says why there is none. */
  readonly outsider: StagePerson | string;
  readonly forgeries: Forgeries | string;
  /** Types a command in the place, without its name: `run block-user alice`. */
  type(person: StagePerson, text: string): Promise<Status>;
  /** Presses a button that the message shows. */
  press(person: StagePerson, message: MessageRef, button: Pick<Button, 'label' | 'verb' | 'choice'>): Promise<Status>;
  /** What the person sees in the place, oldest first. */
  seenBy(person: StagePerson): Promise<readonly SeenMessage[]>;
  /** Deletes the message behind the bot's back. */
  remove(message: MessageRef): Promise<void>;
  /** The next post is refused as too fast; answers how long the platform asks to wait, in ms. A string says why it never happens. */
  readonly slowDown: (() => number) | string;
  /** The next post is done and its answer is lost. A string says why it cannot be. */
  readonly loseAnswer: (() => void) | string;
  close(): Promise<void>;
}

const renderer = createRenderer({ templateDir });
const BUTTONS: readonly Button[] = [
  { label: 'Block', style: 'destructive', verb: 'decide', id: 'approval-1', choice: 'block' },
  { label: 'Ignore', style: 'default', verb: 'decide', id: 'approval-1', choice: 'ignore' },
];

function notice(title: string, given: Partial<NoticeView> = {}): Card {
  return renderer.render({ card: 'notice', title, tone: 'default', text: [], facts: [], buttons: [], url: '', urlLabel: '', ...given });
}

interface RecordingBot extends Bot {
  readonly commands: Command[];
  readonly clicks: Click[];
  reply: Reply;
}

function recordingBot(): RecordingBot {
  const bot: RecordingBot = {
    commands: [],
    clicks: [],
    reply: { visibility: 'private', card: notice('Only for you') },
    command: async (command) => {
      bot.commands.push(command);
      return bot.reply;
    },
    click: async (click) => {
      bot.clicks.push(click);
      return bot.reply;
    },
  };
  return bot;
}

/** Runs the contract. `open` starts platform and stand-in with the bot given. */
export function chatPlatformContract(platform: Platform, open: (bot: Bot) => Promise<ChatStage>): void {
  describe(`${platform} as a chat platform`, () => {
    let bot: RecordingBot;
    let stage: ChatStage;
    beforeEach(async () => {
      bot = recordingBot();
      stage = await open(bot);
    });
    afterEach(async () => stage.close());

    const post = (title: string, buttons: readonly Button[] = []): Promise<MessageRef> =>
      stage.port.post(stage.place, notice(title, { buttons }), { key: `key-${title}` });
    const seen = async (person: StagePerson, words: string): Promise<SeenMessage | undefined> =>
      (await stage.seenBy(person)).find(({ content }) => content.includes(words));

    describe('commands', () => {
      it('hands a typed command to the bot once, with the verified actor and its place', async () => {
        expect(await stage.type(stage.person, 'run block-user alice reason="left the company"')).toBeLessThan(300);
        await expect.poll(() => bot.commands.length).toBe(1);
        expect(bot.commands[0]).toEqual({
          name: 'playbook',
          text: 'run block-user alice reason="left the company"',
          actor: { platform, ...stage.person, external: false },
          place: stage.place,
        });
      });

      it('shows a private reply to the person who asked and to nobody else', async () => {
        await stage.type(stage.person, 'list');
        await expect.poll(() => seen(stage.person, 'Only for you')).toBeDefined();
        expect(await seen(stage.other, 'Only for you')).toBeUndefined();
      });

      it('shows a public reply to everybody in the place', async () => {
        bot.reply = { visibility: 'public', card: notice('For all of you') };
        await stage.type(stage.person, 'runs');
        await expect.poll(() => seen(stage.other, 'For all of you')).toBeDefined();
      });

      it('marks a guest or a stranger as external', async (context) => {
        const outsider = given(context, stage.outsider);
        await stage.type(outsider, 'list');
        await expect.poll(() => bot.commands[0]?.actor).toMatchObject({ user: outsider.user, tenant: outsider.tenant, external: true });
      });
    });

    describe('clicks', () => {
      it('carries verb, id, choice, the verified actor and the message under the button', async () => {
        const message = await post('Decide', BUTTONS);
        expect(await stage.press(stage.person, message, { label: 'Block', verb: 'decide', choice: 'block' })).toBeLessThan(300);
        await expect.poll(() => bot.clicks.length).toBe(1);
        expect(bot.clicks[0]).toEqual({
          verb: 'decide',
          id: 'approval-1',
          choice: 'block',
          actor: { platform, ...stage.person, external: false },
          message,
        });
      });

      it('answers a click in private', async () => {
        const message = await post('Decide', BUTTONS);
        await stage.press(stage.person, message, { label: 'Ignore', verb: 'decide', choice: 'ignore' });
        await expect.poll(() => seen(stage.person, 'Only for you')).toBeDefined();
        expect(await seen(stage.other, 'Only for you')).toBeUndefined();
      });

      it('hands over two people who press at the same time, each as themselves', async () => {
        const message = await post('Decide', BUTTONS);
        const block = { label: 'Block', verb: 'decide', choice: 'block' } as const;
        await Promise.all([stage.press(stage.person, message, block), stage.press(stage.other, message, block)]);
        await expect.poll(() => bot.clicks.map(({ actor }) => actor.user).sort()).toEqual([stage.person.user, stage.other.user].sort());
      });
    });

    describe('messages', () => {
      it('posts a card and edits it in place, buttons gone and identity kept', async () => {
        const message = await post('Waiting', BUTTONS);
        expect(await seen(stage.other, 'Waiting')).toMatchObject({ id: message.id, buttons: ['Block', 'Ignore'] });
        expect(await stage.port.update(message, notice('Blocked by Carol'))).toBe('ok');
        expect(await seen(stage.other, 'Blocked by Carol')).toMatchObject({ id: message.id, buttons: [] });
        expect(await seen(stage.other, 'Waiting')).toBeUndefined();
      });

      it('reports an edit of a message that was deleted as gone', async () => {
        const message = await post('Soon deleted');
        await stage.remove(message);
        expect(await stage.port.update(message, notice('Too late'))).toBe('gone');
      });

      it('finds a message by its key, and nothing by another key', async (context) => {
        const find = given(context, stage.port.find?.bind(stage.port) ?? 'the platform cannot look messages up');
        const sinceMs = Date.now() - 1_000;
        const message = await post('Find me');
        expect(await find(stage.place, { key: 'key-Find me', sinceMs })).toEqual(message);
        expect(await find(stage.place, { key: 'key-another', sinceMs })).toBeNull();
      });

      it('says retry, and when, if the platform asks to slow down', async (context) => {
        const wait = given(context, stage.slowDown)();
        const error = await failureOf(post('Too fast'));
        expect(error).toMatchObject({ platform, failure: 'retry', retryAfterMs: wait });
      });

      it('says ambiguous when the answer to a post was lost', async (context) => {
        given(context, stage.loseAnswer)();
        expect(await failureOf(post('Lost'))).toMatchObject({ platform, failure: 'ambiguous' });
        expect((await stage.seenBy(stage.other)).filter(({ content }) => content.includes('Lost'))).toHaveLength(1);
      });

      it.each(HOSTILE)('shows hostile text without notifying anybody: %j', async (text) => {
        await stage.port.post(stage.place, notice(`Title ${text}`, { text: [text], facts: [{ name: text, value: text }] }), {
          key: 'hostile',
        });
        const [message] = await stage.seenBy(stage.other);
        expect(message?.pings).toEqual([]);
      });
    });

    describe('deliveries', () => {
      it('refuses a forged request, and nothing reaches the bot', async (context) => {
        const { forged } = given(context, stage.forgeries);
        expect(await forged(stage.person, 'run block-user alice')).toBeGreaterThanOrEqual(400);
        await stage.type(stage.person, 'list');
        await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['list']);
      });

      it('executes a replayed request once', async (context) => {
        const { replayed } = given(context, stage.forgeries);
        await stage.type(stage.person, 'run block-user alice');
        await Promise.all([replayed(), replayed(), replayed()]);
        await stage.type(stage.person, 'list');
        await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['run block-user alice', 'list']);
      });

      it('refuses a body that is too large or malformed, and serves the next one', async (context) => {
        const { oversized, malformed } = given(context, stage.forgeries);
        expect(await oversized()).toBe(413);
        expect(await malformed()).toBe(400);
        await stage.type(stage.person, 'list');
        await expect.poll(() => bot.commands.map(({ text }) => text)).toEqual(['list']);
      });
    });
  });
}

/** The capability, or a skip with the harness's reason. */
function given<T extends object>(context: TestContext, capability: T | string): T {
  return typeof capability === 'string' ? context.skip(capability) : capability;
}

async function failureOf(work: Promise<unknown>): Promise<ChatError> {
  const error: unknown = await work.then(
    () => new Error('it should have failed'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ChatError)) throw error;
  return error;
}
