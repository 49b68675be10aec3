// A bot that remembers what it was asked and answers a plain notice.
import type { Bot, Click, Command, Reply } from '../../../src/model/chat.ts';
import type { Card } from '../../../src/model/views.ts';

export interface Recorder extends Bot {
  readonly commands: Command[];
  readonly clicks: Click[];
  /** What it answers next. */
  answer: () => Promise<Reply>;
}

export function recorder(): Recorder {
  const bot: Recorder = {
    commands: [],
    clicks: [],
    answer: async () => ({ visibility: 'private', card: card('Understood') }),
    command: async (command) => {
      bot.commands.push(command);
      return bot.answer();
    },
    click: async (click) => {
      bot.clicks.push(click);
      return bot.answer();
    },
  };
  return bot;
}

/** A small card, with a Block button when asked. */
export function card(text: string, { withButton = false } = {}): Card {
  const action = { type: 'Action.Execute', title: 'Block', verb: 'decide', data: { id: 'approval-1', choice: 'block' } };
  return {
    text,
    adaptive: { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text }], actions: withButton ? [action] : [] },
  };
}
