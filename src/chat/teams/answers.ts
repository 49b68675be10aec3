// What a person is told after a command or a click. Teams has no message that one person alone sees in a channel (its targeted messages
// cannot be sent through botbuilder), and a card in the answer to a click would replace the shared card. So a private answer is the
// text under the button when it is short, and otherwise a message in the person's own chat.
import type { Reply } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Actor } from '../../model/person.ts';
import type { Card } from '../../model/views.ts';
import type { OutgoingActivity, Seam } from './adapter.ts';
import type { DirectChats } from './direct-chats.ts';
import { plainActivity, toActivity } from './messages.ts';
import type { TeamsActivity } from './payloads.ts';
import { isPersonal, tenantOf } from './places.ts';

/** What a person reads under a button. */
export const SAID = {
  received: 'Received. The answer follows in your chat with Picket.',
  again: 'Received already.',
  done: 'Done.',
  inChat: 'The answer is in your chat with Picket.',
  noChat: 'Picket answers this in private and cannot write to you: add it for yourself (Apps > Picket > Add), then try again.',
  failed: 'Picket could not do this because of an error of its own. Try again; the reason is in its log.',
} as const;

/** A text under a button is gone after a few seconds: more is not read. */
const SHORT = 300;

export interface Answers {
  /** Answers a command. Never throws: what could not be shown is in the log. */
  toCommand(activity: TeamsActivity, actor: Actor, reply: Promise<Reply>): Promise<void>;
  /** Answers a click; resolves with the text for the button. `isLate` is true once nobody reads that any more. Never throws. */
  toClick(activity: TeamsActivity, actor: Actor, reply: Promise<Reply>, isLate: () => boolean): Promise<string>;
}

export function createAnswers(options: { seam: Seam; direct: DirectChats; log: Log }): Answers {
  const { seam, direct, log } = options;

  /** Where the person wrote or clicked, for all who are there. */
  async function here(activity: TeamsActivity, message: OutgoingActivity): Promise<void> {
    const connector = await seam.connectorAt(activity.serviceUrl);
    await connector.send(activity.conversation.id, message);
  }

  async function privately(activity: TeamsActivity, message: OutgoingActivity): Promise<void> {
    if (isPersonal(activity)) return here(activity, message);
    // Their account in the tenant that the bot is installed in, guests included.
    await direct.send(tenantOf(activity), activity.from.aadObjectId || activity.from.id, message);
  }

  async function settled(reply: Promise<Reply>, actor: Actor): Promise<Reply | null> {
    try {
      return await reply;
    } catch (error) {
      log.error('command or click failed', { user: actor.user, reason: messageOf(error) });
      return null;
    }
  }

  /** True when it was shown. */
  async function shown(work: () => Promise<void>, actor: Actor): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (error) {
      log.warn('reply not shown', { user: actor.user, reason: messageOf(error) });
      return false;
    }
  }

  return {
    async toCommand(activity, actor, promised) {
      const reply = await settled(promised, actor);
      if (reply === null) {
        await shown(() => here(activity, plainActivity(SAID.failed)), actor);
      } else if (reply.visibility === 'public') {
        await shown(() => here(activity, toActivity(reply.card)), actor);
      } else if (!(await shown(() => privately(activity, toActivity(reply.card)), actor)) && !isPersonal(activity)) {
        await shown(() => here(activity, plainActivity(SAID.noChat)), actor);
      }
    },
    async toClick(activity, actor, promised, isLate) {
      const reply = await settled(promised, actor);
      if (reply === null) {
        if (isLate()) await shown(() => privately(activity, plainActivity(SAID.failed)), actor);
        return SAID.failed;
      }
      if (reply.visibility === 'public')
        return (await shown(() => here(activity, toActivity(reply.card)), actor)) ? SAID.done : SAID.failed;
      if (!isLate() && isShort(reply.card)) return reply.card.text;
      return (await shown(() => privately(activity, toActivity(reply.card)), actor)) ? SAID.inChat : SAID.noChat;
    },
  };
}

/** Text alone says it all: no link, no button. */
function isShort({ text, adaptive }: Card): boolean {
  return text !== '' && text.length <= SHORT && !JSON.stringify(adaptive).includes('"type":"Action.');
}
