// The bot's conversation, the same on every platform: a command or a click comes in verified, the person is identified, the rooms
// act, and what the person is told goes back as one card. Nothing here throws: what went wrong is in the answer.
import type { Approvals } from '../approvals/approvals.ts';
import { labelOf } from '../approvals/view.ts';
import { readApproval, runLog } from '../engine/history.ts';
import type { Bot, Click, Command, Reply } from '../model/chat.ts';
import { closeMatch } from '../model/close-match.ts';
import { isRefusal, messageOf, type Refusal, refuse } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Answered } from '../model/run.ts';
import { isUuid } from '../model/uuid.ts';
import type { Card, View } from '../model/views.ts';
import { answerNotice } from './answer-notice.ts';
import { cancelFor } from './commands/cancel.ts';
import type { Desk, Said } from './commands/command.ts';
import { commands } from './commands/index.ts';
import { splitWords } from './grammar.ts';
import { notice, refusalNotice } from './notices.ts';

export interface BotSettings {
  readonly desk: Desk;
  readonly approvals: Approvals;
  readonly render: (view: View) => Card;
  readonly log: Log;
}

export function createBot(settings: BotSettings): Bot {
  const { desk, render, log } = settings;

  const answer = async (work: () => Promise<Said | Refusal>, what: Readonly<Record<string, string>>): Promise<Reply> => {
    try {
      const said = await work();
      return isRefusal(said)
        ? { visibility: 'private', card: render(refusalNotice(said)) }
        : { visibility: said.visibility, card: render(said.view) };
    } catch (error) {
      log.error('a command or click failed', { ...what, error: messageOf(error) });
      const view = notice({
        title: 'That did not work',
        tone: 'attention',
        text: [
          'Something went wrong inside Picket; nothing was decided by this. Try again; if it stays, ask whoever operates Picket to look at its log.',
        ],
      });
      return { visibility: 'private', card: render(view) };
    }
  };

  return {
    command: async (command) => answer(async () => dispatch(desk, command), { command: command.name, platform: command.actor.platform }),
    click: async (click) => answer(async () => press(settings, click), { click: click.verb, platform: click.actor.platform }),
  };
}

async function dispatch(desk: Desk, given: Command): Promise<Said | Refusal> {
  if (given.name !== 'playbook') return refuse(`There is no command /${given.name.slice(0, 40)}.`, 'Use /playbook help.');
  const words = splitWords(given.text);
  if (isRefusal(words)) return words;
  const [verb = 'help', ...rest] = words.words;
  const command = commands.find((candidate) => candidate.name === verb.toLowerCase());
  if (command === undefined) {
    const near = closeMatch(
      verb,
      commands.map((candidate) => candidate.name),
    );
    return refuse(`There is no command "${verb.slice(0, 40)}".`, near === '' ? 'See /playbook help.' : `Did you mean /playbook ${near}?`);
  }
  const person = await desk.access.identify(given.actor);
  if (isRefusal(person)) return person;
  return command.run(desk, { person, actor: given.actor, place: given.place, words: { ...words, words: rest } });
}

async function press(settings: BotSettings, click: Click): Promise<Said | Refusal> {
  const { desk, approvals } = settings;
  if (click.verb === 'decide') {
    // A button on an answer that only one person sees stands on no message that can be found again.
    const answered: Answered | Refusal = await approvals.answer({
      approvalId: click.id,
      choice: click.choice,
      actor: click.actor,
      message: click.message.id === '' ? null : click.message,
    });
    if (isRefusal(answered)) return answered;
    const approval = answered.kind === 'closed' ? await readApproval(desk.db, click.id) : null;
    return { visibility: 'private', view: answerNotice(answered, (choice) => (approval === null ? choice : labelOf(approval, choice))) };
  }
  const person = await desk.access.identify(click.actor);
  if (isRefusal(person)) return person;
  if (click.verb === 'cancel') return cancelFor(desk, person, click.actor, click.id);
  if (!isUuid(click.id) || (await runLog(desk.db, click.id)) === null) return refuse('There is no such run.', 'See /playbook runs.');
  const url = await desk.runLogUrl(click.id, person.id);
  return {
    visibility: 'private',
    view: notice({ title: 'Run log', text: ['This link is yours alone and works for 12 hours.'], url, urlLabel: 'Open the run log' }),
  };
}
