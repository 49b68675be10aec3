// A bot that remembers what it was asked and answers a plain notice.
import { createRenderer } from '../../../src/cards/render.ts';
import type { Bot, Click, Command, Reply } from '../../../src/model/chat.ts';
import type { Button, Card, NoticeView } from '../../../src/model/views.ts';
import { templateDir } from '../../cards/views.ts';

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

const renderer = createRenderer({ templateDir });

export const BLOCK: Button = { label: 'Block', style: 'destructive', verb: 'decide', id: 'approval-1', choice: 'block' };

export function card(title: string, given: Partial<NoticeView> = {}): Card {
  return renderer.render({ card: 'notice', title, tone: 'default', text: [], facts: [], buttons: [], url: '', urlLabel: '', ...given });
}

/** Resolves when it is told to. */
export function gate(): { readonly passed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open: () => open() };
}
