// The console: a chat platform in the browser, on a loopback listener of its own. Several people can be acted as,
// so it belongs to sandbox mode and is never created in any other.
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import type { Bot, ChatPlatform } from '../../model/chat.ts';
import { ConfigError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Person } from '../../model/person.ts';
import type { Store } from '../../store/db.ts';
import { consoleApi } from './api.ts';
import { serveAsset } from './assets.ts';
import { createFeed } from './feed.ts';
import { guard } from './guard.ts';
import { createMailbox } from './mails.ts';
import { createConsolePort } from './port.ts';

export interface ConsoleOptions {
  readonly store: Store;
  readonly bot: Bot;
  /** Everybody who can be acted as; the first one is acted as at first. */
  readonly people: readonly Person[];
  /** Names of channels; a channel's conversation is its name. */
  readonly channels: readonly string[];
  /** Base URL of the sandbox without trailing slash, '' when there is none. */
  readonly sandboxUrl: string;
  /** Port on 127.0.0.1; 0 lets the system choose. */
  readonly port: number;
  readonly log: Log;
}

export interface Console extends ChatPlatform {
  /** Where the page is, once it listens. */
  readonly url: string;
  /** Same as `start` and `stop`, for tests that want the port. */
  listen(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
}

export function createConsole(options: ConsoleOptions): Console {
  const { store, people, channels } = options;
  const feed = createFeed();
  const conversations = new Set([...channels, ...people.map(({ id }) => `@${id}`)]);
  let port = 0;

  const app = new Hono();
  app.use(guard(() => port));
  app.route('/', consoleApi({ ...options, db: store, feed, mailbox: createMailbox(options.sandboxUrl) }));
  app.get(
    '*',
    async (context) =>
      (await serveAsset(context.req.path)) ?? context.json({ error: 'Nothing is here.', remedy: 'Open the console at /.' }, 404),
  );

  app.onError((error, context) => {
    options.log.error('console request failed', { path: context.req.path, error: messageOf(error) });
    return context.json({ error: 'Picket could not do this now.', remedy: 'Try again; the log says why.' }, 503);
  });

  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void listener(request, response));
  server.headersTimeout = 10_000;

  const listen = (): Promise<{ port: number }> =>
    new Promise((resolve, reject) => {
      server.once('error', (error) => {
        const taken = 'code' in error && error.code === 'EADDRINUSE';
        const message = `port ${options.port} on 127.0.0.1 is in use: stop the program that has it, or choose another with PICKET_CONSOLE_PORT`;
        reject(taken ? new ConfigError(message, error) : error);
      });
      server.listen({ host: '127.0.0.1', port: options.port }, () => {
        const address = server.address();
        port = typeof address === 'object' && address !== null ? address.port : options.port;
        resolve({ port });
      });
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      feed.close();
      if (!server.listening) return resolve();
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    port: createConsolePort({ db: store, feed, knows: (conversation) => conversations.has(conversation) }),
    routes: [],
    start: async () => void (await listen()),
    stop: close,
    listen,
    close,
    get url() {
      return `http://127.0.0.1:${port}`;
    },
  };
}
