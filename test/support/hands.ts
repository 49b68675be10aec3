// People at their platforms, one shape for all: they type commands, see cards, press buttons, open mails.

import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { App } from './app.ts';
import { until } from './effects.ts';
import type { FakeChannel, FakeMessage, FakeSlack, FakeUser } from './fake-slack/fake-slack.ts';
import type { FakeConversation, FakePerson, FakeTeams, FakeMessage as TeamsMessage } from './fake-teams/fake-teams.ts';

/** What one platform's people can do. `who` is a person's id in the configuration. */
export interface Hands {
  readonly name: 'console' | 'slack' | 'teams' | 'email';
  /** Types `/playbook <text>` in the channel; answers what this person is told. */
  command(who: string, text: string): Promise<string>;
  /** Presses the button on the open question with this text in it; answers what this person is told. */
  press(who: string, question: string, label: string): Promise<string>;
  /** Everything that stands in the channel for this person, newest last. */
  texts(who: string): Promise<readonly string[]>;
  /** Labels of the buttons that the newest card with this text shows. */
  buttons(who: string, text: string): Promise<readonly string[]>;
}

interface ConsoleMessage {
  readonly id: string;
  readonly author: string;
  readonly visibleTo: string;
  readonly text: string;
  readonly card: unknown;
}

export function consoleHands(app: () => App): Hands {
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const base = app().consoleUrl.replace(/\/$/, '');
    const answer = await fetch(
      `${base}${path}`,
      body === undefined
        ? {}
        : { method: 'POST', headers: { 'content-type': 'application/json', origin: base }, body: JSON.stringify(body) },
    );
    if (!answer.ok) throw new Error(`the console answered ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const messages = async (who: string): Promise<readonly ConsoleMessage[]> => {
    const listed: readonly ConsoleMessage[] = JSON.parse(JSON.stringify(await ask(`/api/messages?as=${who}&conversation=soc`)));
    return listed;
  };
  const privateAnswer = async (who: string, before: number): Promise<string> => {
    const answers = (await messages(who)).slice(before).filter((message) => message.author === 'picket' && message.visibleTo === who);
    return JSON.stringify(answers.map((message) => [message.text, message.card]));
  };
  return {
    name: 'console',
    command: async (who, text) => {
      const before = (await messages(who)).length;
      await ask('/api/messages', { as: who, conversation: 'soc', text: `/playbook ${text}` });
      return privateAnswer(who, before);
    },
    press: async (who, question, label) => {
      const found = await newest(
        () => messages(who),
        (message) => showsButton(message.card, label) && JSON.stringify(message.card).includes(question),
      );
      const button = buttonsOf(found.card).find((one) => one.title === label);
      const before = (await messages(who)).length;
      await ask('/api/clicks', { as: who, message: found.id, verb: button?.verb, ...button?.data });
      return privateAnswer(who, before);
    },
    texts: async (who) => (await messages(who)).map((message) => `${message.text}\n${JSON.stringify(message.card)}`),
    buttons: async (who, text) =>
      buttonsOf(
        (
          await newest(
            () => messages(who),
            (message) => JSON.stringify(message.card).includes(text),
          )
        ).card,
      ).map((one) => one.title),
  };
}

export interface SlackSeats {
  readonly slack: FakeSlack;
  readonly channel: FakeChannel;
  readonly users: Readonly<Record<string, FakeUser>>;
}

export function slackHands({ slack, channel, users }: SlackSeats): Hands {
  const user = (who: string): FakeUser => {
    const found = users[who];
    if (found === undefined) throw new Error(`nobody called ${who} is on Slack`);
    return found;
  };
  const seen = async (who: string): Promise<readonly FakeMessage[]> => slack.messages(channel, { as: user(who) });
  const told = async (who: string, before: number): Promise<string> => {
    await until(
      () =>
        slack
          .messages(channel, { as: user(who) })
          .slice(before)
          .some((message) => message.visibleTo !== ''),
      `${who} is answered on Slack`,
    );
    return JSON.stringify(
      slack
        .messages(channel, { as: user(who) })
        .slice(before)
        .filter((message) => message.visibleTo !== ''),
    );
  };
  return {
    name: 'slack',
    command: async (who, text) => {
      const before = (await seen(who)).length;
      await slack.command(user(who), channel, text);
      return told(who, before);
    },
    press: async (who, question, label) => {
      const message = await newest(
        () => seen(who),
        (one) => JSON.stringify(one.blocks).includes(question) && slack.buttons(one).includes(label),
      );
      const before = (await seen(who)).length;
      await slack.click(user(who), message, { label });
      return told(who, before);
    },
    texts: async (who) => (await seen(who)).map((message) => JSON.stringify([message.text, message.blocks])),
    buttons: async (who, text) =>
      slack.buttons(
        await newest(
          () => seen(who),
          (message) => JSON.stringify(message.blocks).includes(text),
        ),
      ),
  };
}

export interface TeamsSeats {
  readonly teams: FakeTeams;
  readonly channel: FakeConversation;
  readonly people: Readonly<Record<string, FakePerson>>;
}

export function teamsHands({ teams, channel, people }: TeamsSeats): Hands {
  const person = (who: string): FakePerson => {
    const found = people[who];
    if (found === undefined) throw new Error(`nobody called ${who} is in Teams`);
    return found;
  };
  /** The channel, and the person's own chat with the bot, where private answers go. */
  const seen = async (who: string): Promise<readonly TeamsMessage[]> => [
    ...teams.messages(channel, { as: person(who) }),
    ...teams.messages(teams.chat(person(who)), { as: person(who) }),
  ];
  const told = async (who: string, known: readonly TeamsMessage[]): Promise<string> => {
    const old = new Set(known.map((message) => message.id));
    const fresh = async (): Promise<readonly TeamsMessage[]> =>
      (await seen(who)).filter(
        (message) =>
          !old.has(message.id) && !textOf(message).includes('/playbook') && (message.kind === 'toast' || message.conversation !== channel),
      );
    await until(async () => (await fresh()).length > 0, `${who} is answered in Teams`);
    return JSON.stringify((await fresh()).map(textOf));
  };
  const textOf = (message: TeamsMessage): string => JSON.stringify([message.activity, teams.card(message)]);
  return {
    name: 'teams',
    command: async (who, text) => {
      const known = await seen(who);
      await teams.say(person(who), channel, `/playbook ${text}`);
      return told(who, known);
    },
    press: async (who, question, label) => {
      const message = await newest(
        () => seen(who),
        (one) => textOf(one).includes(question) && teams.buttons(one).includes(label),
      );
      const known = await seen(who);
      await teams.click(person(who), message, { label });
      return told(who, known);
    },
    texts: async (who) => (await seen(who)).map(textOf),
    buttons: async (who, text) =>
      teams.buttons(
        await newest(
          () => seen(who),
          (message) => textOf(message).includes(text),
        ),
      ),
  };
}

interface SandboxMail {
  readonly to: readonly string[] | string;
  readonly subject: string;
  readonly html: string;
}

/**
 * Opens the newest mail's link for the choice, then presses the button on the page it leads to.
 * With `port` the page is asked for there: another replica behind the same address.
 */
export function mailHands(sandbox: () => Sandbox, options: { readonly port?: number } = {}): Hands {
  const mails = async (who: string): Promise<readonly SandboxMail[]> => {
    const all: readonly SandboxMail[] = JSON.parse(await (await fetch(`${sandbox().url}/control/mails`)).text());
    return all.filter((mail) => JSON.stringify(mail.to).includes(`${who}@contoso.com`));
  };
  return {
    name: 'email',
    command: async () => {
      throw new Error('no commands by mail');
    },
    press: async (who, question, label) => {
      const mail = await newest(
        () => mails(who),
        (one) => one.subject.includes(question.slice(0, 30)),
      );
      const link = linkOf(mail.html, label);
      const publicUrl = new URL(link).origin;
      const replica = options.port === undefined ? publicUrl : `http://127.0.0.1:${options.port}`;
      const opened = await fetch(link.replace(publicUrl, replica));
      if (!opened.ok) return await opened.text();
      const token = new URL(link).searchParams.get('t') ?? '';
      const choice = new URL(link).searchParams.get('choice') ?? '';
      const address = new URL(link);
      const answer = await fetch(`${replica}${address.pathname}`, {
        method: 'POST',
        headers: { origin: publicUrl },
        body: new URLSearchParams({ t: token, choice }),
      });
      return answer.text();
    },
    texts: async (who) => (await mails(who)).map((mail) => mail.html),
    buttons: async () => [],
  };
}

/** True for a card, in any platform's form, that still has buttons which decide. */
export function asks(text: string): boolean {
  return text.includes('picket:decide:') || text.includes('"verb":"decide"');
}

/** The link of a mail's button. */
export function linkOf(html: string, label: string): string {
  const found = [...html.matchAll(/<a\b[^>]*href="([^"]+)"[^>]*>([\s\S]*?)<\/a>/g)].find((match) =>
    (match[2] ?? '')
      .replace(/<[^>]+>/g, '')
      .trim()
      .startsWith(label),
  );
  if (found?.[1] === undefined) throw new Error(`the mail has no link ${label}`);
  return found[1].replaceAll('&amp;', '&');
}

interface CardButton {
  readonly title: string;
  readonly verb: string;
  readonly data: { readonly id: string; readonly choice: string };
}

/** The buttons of an Adaptive Card, wherever they stand in it. */
export function buttonsOf(card: unknown): readonly CardButton[] {
  if (Array.isArray(card)) return card.flatMap(buttonsOf);
  if (typeof card !== 'object' || card === null) return [];
  const own: readonly CardButton[] = 'type' in card && card.type === 'Action.Execute' ? [JSON.parse(JSON.stringify(card))] : [];
  return [...own, ...Object.values(card).flatMap(buttonsOf)];
}

function showsButton(card: unknown, label: string): boolean {
  return buttonsOf(card).some((button) => button.title === label);
}

async function newest<T>(list: () => Promise<readonly T[]>, fits: (item: T) => boolean): Promise<T> {
  let found: T | undefined;
  await until(async () => {
    found = (await list()).findLast(fits);
    return found !== undefined;
  }, 'the message is there');
  if (found === undefined) throw new Error('unreachable');
  return found;
}
