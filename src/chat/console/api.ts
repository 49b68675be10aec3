// What the console's page asks for. `as` is the person the browser acts as: the sandbox has no sign-in, which is why this
// listener exists in sandbox mode alone and on loopback alone.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import type { Bot, Reply } from '../../model/chat.ts';
import type { Actor, Person } from '../../model/person.ts';
import type { Place } from '../../model/place.ts';
import type { Db } from '../../store/db.ts';
import { savable } from '../../store/savable.ts';
import { parseCommand } from './command.ts';
import type { Feed } from './feed.ts';
import { isFor, type Mailbox, mailDocument } from './mails.ts';
import { BOT_AUTHOR, findVisible, listMessages, saveMessage } from './messages.ts';

export interface ApiOptions {
  readonly db: Db;
  readonly bot: Bot;
  readonly feed: Feed;
  readonly mailbox: Mailbox;
  readonly people: readonly Person[];
  readonly channels: readonly string[];
  readonly sandboxUrl: string;
}

export function consoleApi(options: ApiOptions): Hono {
  const { db, feed, people, channels, sandboxUrl, mailbox } = options;
  const personOf = (id: string | undefined): Person | undefined => people.find((person) => person.id === id);
  const mayRead = (conversation: string, person: Person): boolean => channels.includes(conversation) || conversation === `@${person.id}`;

  const api = new Hono();
  api.get('/api/state', (context) =>
    context.json({
      people: people.map(({ id, name, email, roles }) => ({ id, name, email, roles })),
      channels,
      sandboxUrl,
      pageSize: PAGE,
    }),
  );

  api.get('/api/messages', async (context) => {
    const person = personOf(context.req.query('as'));
    const conversation = context.req.query('conversation') ?? '';
    const before = Number(context.req.query('before') ?? Number.MAX_SAFE_INTEGER);
    if (person === undefined || !mayRead(conversation, person) || !Number.isSafeInteger(before)) return notFound(context);
    return context.json(await listMessages(db, { conversation, person: person.id, before, limit: PAGE }));
  });

  api.get('/api/events', (context) => {
    const person = personOf(context.req.query('as'));
    return person === undefined ? notFound(context) : feed.subscribe(person.id);
  });

  api.use(
    '/api/*',
    bodyLimit({
      maxSize: 64 * 1024,
      // What is left of the body is not read: the connection is of no use after this.
      onError: (context) => context.json({ error: 'That is too long.', remedy: 'Send less than 64 KB.' }, 413, { connection: 'close' }),
    }),
  );

  api.post('/api/messages', async (context) => {
    const body = Posted.safeParse(await context.req.json().catch(() => null));
    if (!body.success) return badRequest(context);
    const { conversation, text } = body.data;
    const person = personOf(body.data.as);
    if (person === undefined || !mayRead(conversation, person)) return notFound(context);
    const command = parseCommand(text, { direct: conversation.startsWith('@') });
    // A command is between the person and the bot; what everybody else sees is the bot's public answer.
    const visibleTo = command === null ? '' : person.id;
    await say(options, { conversation, thread: '', visibleTo, author: person.id, text, card: null });
    if (command !== null) {
      const reply = await options.bot.command({ ...command, actor: actorOf(person), place: placeOf(conversation, '') });
      await answer(options, { reply, person, conversation, thread: '' });
    }
    return context.json({ ok: true });
  });

  api.post('/api/clicks', async (context) => {
    const body = Clicked.safeParse(await context.req.json().catch(() => null));
    if (!body.success) return badRequest(context);
    const { verb, id, choice } = body.data;
    const person = personOf(body.data.as);
    const message = person === undefined ? null : await findVisible(db, { id: body.data.message, person: person.id });
    // Only the bot's messages have buttons; what people wrote must not be taken for a copy of a card.
    if (person === undefined || message === null || message.author !== BOT_AUTHOR) return notFound(context);
    const { conversation, thread } = message;
    const place = { ...placeOf(conversation, thread), person: message.visibleTo };
    const reply = await options.bot.click({ verb, id, choice, actor: actorOf(person), message: { place, id: message.id } });
    // Beside the card that was clicked, where the person looks.
    await answer(options, { reply, person, conversation, thread: thread === '' ? message.id : thread });
    return context.json({ ok: true });
  });

  api.get('/api/mails', async (context) => {
    const person = personOf(context.req.query('as'));
    if (person === undefined) return notFound(context);
    const mails = await mailbox.list();
    const mine = mails.filter((mail) => isFor(mail, person.email));
    return context.json({
      mails: mine.map(({ id, from, to, subject, at }) => ({ id, from, to, subject, at })),
      others: mails.length - mine.length,
    });
  });

  api.get('/mails/:id', async (context) => {
    const mail = (await mailbox.list()).find(({ id }) => id === context.req.param('id'));
    return mail === undefined ? notFound(context) : mailDocument(mail);
  });
  return api;
}

const PAGE = 100;

const Text = z.string().transform(savable);
const Posted = z.object({ as: z.string(), conversation: z.string(), text: z.string().trim().min(1).max(20_000).transform(savable) });
const Clicked = z.object({
  as: z.string(),
  message: Text,
  verb: z.enum(['decide', 'runlog', 'cancel']),
  id: Text,
  choice: Text,
});

async function answer(options: ApiOptions, given: { reply: Reply; person: Person; conversation: string; thread: string }): Promise<void> {
  const { reply, person, conversation, thread } = given;
  const visibleTo = reply.visibility === 'private' ? person.id : '';
  await say(options, { conversation, thread, visibleTo, author: BOT_AUTHOR, text: reply.card.text, card: reply.card.adaptive });
}

async function say({ db, feed }: ApiOptions, message: Omit<Parameters<typeof saveMessage>[1], 'key'>): Promise<void> {
  const saved = await saveMessage(db, { ...message, key: null });
  feed.publish(saved.message);
}

function actorOf(person: Person): Actor {
  return { platform: 'console', tenant: 'local', user: person.id, display: person.name, external: false };
}

function placeOf(conversation: string, thread: string): Place {
  return { platform: 'console', tenant: 'local', conversation, thread, person: conversation.startsWith('@') ? conversation.slice(1) : '' };
}

function notFound(context: Context): Response {
  return context.json({ error: 'That is not here.', remedy: 'Reload the page.' }, 404);
}

function badRequest(context: Context): Response {
  return context.json({ error: 'That could not be read.', remedy: 'Reload the page and try again.' }, 400);
}
