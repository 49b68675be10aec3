// A button was pressed: Action.Execute arrives as an invoke that must be answered within a second or Teams sends it again,
// Action.Submit as a message that carries a value.
import type { Bot, ClaimOnce } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Answer } from './adapter.ts';
import { type Answers, SAID } from './answers.ts';
import { type ButtonValue, CardAction, type TeamsActivity } from './payloads.ts';
import type { People } from './people.ts';
import { placeOf, tenantOf } from './places.ts';
import type { References } from './references.ts';
import type { UnderWay } from './under-way.ts';

export interface Clicks {
  /** `elapsedMs`: how long ago the request came. */
  invoked(activity: TeamsActivity, request: { readonly elapsedMs: number; readonly rememberMs: number }): Promise<Answer>;
  submitted(activity: TeamsActivity, button: ButtonValue): Promise<void>;
}

interface ClicksOptions {
  readonly bot: Bot;
  readonly claim: ClaimOnce;
  readonly people: People;
  readonly answers: Answers;
  readonly references: References;
  readonly underWay: UnderWay;
  readonly log: Log;
}

/** After 10 to 15 s the service gives up and sends it again; people look away much earlier. */
const ANSWER_WITHIN_MS = 800;

export function createClicks({ bot, claim, people, answers, references, underWay, log }: ClicksOptions): Clicks {
  async function press(activity: TeamsActivity, button: ButtonValue, isLate: () => boolean): Promise<string> {
    try {
      const [actor, person] = await Promise.all([
        people.actor(activity),
        references.personOf(tenantOf(activity), activity.from.aadObjectId),
      ]);
      const message = { place: placeOf(activity, { message: activity.replyToId, person }), id: activity.replyToId };
      return await answers.toClick(activity, actor, bot.click({ ...button, actor, message }), isLate);
    } catch (error) {
      log.error('click failed', { user: activity.from.aadObjectId, reason: messageOf(error) });
      return SAID.failed;
    }
  }

  return {
    async invoked(activity, { elapsedMs, rememberMs }) {
      const button = CardAction.safeParse(activity.value).data;
      if (button === undefined) {
        log.warn('button with a value that is not ours', { user: activity.from.aadObjectId });
        return refusal('This button is not known any more. Open the newest card.');
      }
      const deadline = createDeadline(Math.max(0, ANSWER_WITHIN_MS - elapsedMs));
      try {
        const claimed = await Promise.race([claim(keyOf(activity, button), { forMs: rememberMs }), deadline.passed]);
        // Nothing was done and nothing will be: Teams says so to the person.
        if (claimed === 'late') return { status: 503 };
        if (!claimed) return toast(SAID.again);
        const answer = underWay.track(press(activity, button, deadline.isPast));
        const said = await Promise.race([answer, deadline.passed]);
        return toast(said === 'late' ? SAID.received : said);
      } finally {
        deadline.clear();
      }
    },
    async submitted(activity, button) {
      await press(activity, button, () => true);
    },
  };
}

/** A click is the same one when all of this is. The activity's id tells a retry from a second press. */
function keyOf({ conversation, replyToId, from, id }: TeamsActivity, { verb, id: about, choice }: ButtonValue): string {
  return `teams:click:${JSON.stringify([conversation.id, replyToId, verb, about, choice, from.aadObjectId || from.id, id])}`;
}

function createDeadline(ms: number): { readonly passed: Promise<'late'>; isPast(): boolean; clear(): void } {
  let past = false;
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => {
      past = true;
      resolve('late');
    }, ms);
  });
  return { passed, isPast: () => past, clear: () => clearTimeout(timer) };
}

/** Shown to the person under the card, to nobody else; the card stays as it is. */
function toast(value: string): Answer {
  return { status: 200, body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value } };
}

function refusal(message: string): Answer {
  return { status: 200, body: { statusCode: 400, type: 'application/vnd.microsoft.error', value: { code: 'BadRequest', message } } };
}
