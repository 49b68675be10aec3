// A real Bot, as small as one can be: it posts a question, and a click on it decides once.
import type { Bot, ChatPort, Click, Command, Reply } from '../../../src/model/chat.ts';
import type { Person } from '../../../src/model/person.ts';
import type { Card } from '../../../src/model/views.ts';

export const PEOPLE: readonly Person[] = [
  { id: 'amara', name: 'Amara Diallo', email: 'amara@contoso.com', roles: ['analyst'] },
  { id: 'carol', name: 'Carol Ortiz', email: 'carol@contoso.com', roles: ['admin', 'security-admins'] },
  { id: 'dan', name: 'Dan Weber', email: 'dan@contoso.com', roles: ['admin', 'network-admins'] },
  { id: 'eve', name: 'Eve Novak', email: '', roles: [] },
];

export const SOC = { platform: 'console', tenant: 'local', conversation: 'soc', thread: '', person: '' } as const;

export interface TinyBot extends Bot {
  readonly commands: Command[];
  readonly clicks: Click[];
  /** The port answers are shown through. */
  use(port: ChatPort): void;
}

export function tinyBot(): TinyBot {
  const commands: Command[] = [];
  const clicks: Click[] = [];
  let port: ChatPort | undefined;
  let decidedBy = '';
  return {
    commands,
    clicks,
    use: (given) => {
      port = given;
    },
    command: async (command) => {
      commands.push(command);
      if (command.text !== 'ask') return reply(textCard(`You typed: ${command.text}`));
      await port?.post(SOC, questionCard(), { key: 'question' });
      return reply(textCard('Asked in #soc.'));
    },
    click: async (click) => {
      clicks.push(click);
      if (click.actor.user === 'eve') return reply(textCard('You may not decide this. Ask an admin: Carol Ortiz or Dan Weber.'));
      if (decidedBy !== '') return reply(textCard(`${decidedBy} decided this before.`));
      decidedBy = click.actor.display;
      await port?.update(click.message, textCard(`Blocked by ${decidedBy} in the console`));
      return reply(textCard('Your answer decided it.'));
    },
  };
}

export function textCard(text: string): Card {
  const block = { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text }] };
  return { adaptive: { type: 'AdaptiveCard', version: '1.5', fallbackText: text, body: [block] }, text };
}

export function questionCard(question = 'Block alice@contoso.com?'): Card {
  const card = textCard(question);
  const button = (title: string, choice: string, style: string): object => ({
    type: 'Action.Execute',
    title,
    style,
    verb: 'decide',
    data: { id: 'approval-1', choice },
  });
  return {
    ...card,
    adaptive: { ...card.adaptive, actions: [button('Block', 'block', 'destructive'), button('Ignore', 'ignore', 'default')] },
  };
}

function reply(card: Card): Reply {
  return { visibility: 'private', card };
}
