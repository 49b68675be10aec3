// What each kind of verified activity means: a command, a click, or the bot being added or removed.
import type { Bot, ClaimOnce } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Answer } from './adapter.ts';
import type { Answers } from './answers.ts';
import type { Clicks } from './clicks.ts';
import { isMentioned, typedCommand } from './command-text.ts';
import { ButtonValue, TeamsActivity } from './payloads.ts';
import type { People } from './people.ts';
import { isPersonal, placeOf, tenantOf } from './places.ts';
import type { References } from './references.ts';
import type { UnderWay } from './under-way.ts';

export interface Intake {
  /** A verified activity. Resolves with what its sender is answered; the rest of the work goes on. */
  take(given: unknown, request: { readonly elapsedMs: number; readonly rememberMs: number }): Promise<Answer>;
}

interface IntakeOptions {
  readonly bot: Bot;
  readonly claim: ClaimOnce;
  readonly people: People;
  readonly answers: Answers;
  readonly clicks: Clicks;
  readonly references: References;
  readonly underWay: UnderWay;
  readonly log: Log;
}

const DONE: Answer = { status: 200 };

export function createIntake({ bot, claim, people, answers, clicks, references, underWay, log }: IntakeOptions): Intake {
  /** Goes on after the answer; what goes wrong is in the log. */
  function later(work: Promise<void>, what: string): void {
    void underWay.track(work).catch((error: unknown) => log.error(what, { reason: messageOf(error) }));
  }

  async function typed(activity: TeamsActivity): Promise<void> {
    const [actor, person] = await Promise.all([people.actor(activity), references.personOf(tenantOf(activity), activity.from.aadObjectId)]);
    const place = placeOf(activity, { message: activity.id, person });
    await answers.toCommand(activity, actor, bot.command({ ...typedCommand(activity), actor, place }));
  }

  async function said(activity: TeamsActivity, rememberMs: number): Promise<Answer> {
    const button = activity.text === '' ? ButtonValue.safeParse(activity.value).data : undefined;
    const isForUs = button !== undefined || isPersonal(activity) || isMentioned(activity) || activity.recipient.isTargeted === true;
    if (!isForUs || activity.from.role === 'bot') return DONE;
    if (activity.id === '') return { status: 400 }; // it could not be told from a replay
    if (!(await claim(`teams:message:${JSON.stringify([activity.conversation.id, activity.id])}`, { forMs: rememberMs }))) {
      log.info('Teams delivery seen before: not executed again', { activity: activity.id });
      return DONE;
    }
    later(button === undefined ? typed(activity) : clicks.submitted(activity, button), 'Teams message not dealt with');
    return DONE;
  }

  async function moved(activity: TeamsActivity): Promise<Answer> {
    const isOut =
      activity.type === 'installationUpdate'
        ? activity.action === 'remove' // an upgrade says remove-upgrade and add-upgrade
        : (activity.membersRemoved ?? []).some(({ id }) => id === activity.recipient.id);
    await (isOut ? references.forget(activity) : references.remember(activity));
    log.info(isOut ? 'removed from a conversation of Teams' : 'added to a conversation of Teams', {
      conversation: activity.conversation.id,
    });
    return DONE;
  }

  return {
    async take(given, { elapsedMs, rememberMs }) {
      const parsed = TeamsActivity.safeParse(given);
      if (!parsed.success) return { status: 400 };
      const activity = parsed.data;
      if (activity.type === 'conversationUpdate' || activity.type === 'installationUpdate') return moved(activity);
      later(references.remember(activity), 'Teams conversation not saved');
      if (activity.type === 'message') return said(activity, rememberMs);
      if (activity.type !== 'invoke') return DONE;
      return activity.name === 'adaptiveCard/action' ? clicks.invoked(activity, { elapsedMs, rememberMs }) : { status: 501 };
    },
  };
}
