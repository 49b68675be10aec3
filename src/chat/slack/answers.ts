// What a person is told after a command or a click. The response_url works wherever the person is, member or not; it expires after
// 30 minutes or five uses, then the Web API is tried.
import type { WebClientOptions } from '@slack/web-api';
import type { Reply } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { plainMessage, type SlackMessage, toMessage } from './messages.ts';
import type { Workspace } from './workspaces.ts';

/** Whom to answer, and where. */
export interface Addressee {
  readonly workspace: Workspace;
  readonly channel: string;
  /** '' outside a thread. */
  readonly thread: string;
  readonly user: string;
  /** '' for mentions. */
  readonly responseUrl: string;
}

export interface Answers {
  /** Waits for the bot's reply and shows it. Never throws: what could not be shown is in the log. */
  give(to: Addressee, reply: Promise<Reply>): Promise<void>;
  /** Says a sentence to one person where nothing but a response_url is known. */
  say(responseUrl: string, text: string): Promise<void>;
}

export function createAnswers(fetch: NonNullable<WebClientOptions['fetch']>, log: Log): Answers {
  async function byUrl(url: string, message: SlackMessage, options: { public: boolean; thread: string }): Promise<void> {
    const body = {
      ...message,
      response_type: options.public ? 'in_channel' : 'ephemeral',
      replace_original: false,
      ...(options.thread === '' ? {} : { thread_ts: options.thread }),
    };
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    await response.text();
    if (!response.ok) throw new Error(`response_url answered ${response.status}`);
  }

  async function byApi(to: Addressee, message: SlackMessage, options: { public: boolean }): Promise<void> {
    const { posts } = to.workspace.clients;
    const target = { channel: to.channel, ...message, ...(to.thread === '' ? {} : { thread_ts: to.thread }) };
    if (options.public) await posts.chat.postMessage({ ...target, unfurl_links: false, unfurl_media: false });
    else await posts.chat.postEphemeral({ ...target, user: to.user });
  }

  async function send(to: Addressee, message: SlackMessage, options: { public: boolean }): Promise<void> {
    if (to.responseUrl !== '') {
      try {
        return await byUrl(to.responseUrl, message, { ...options, thread: to.thread });
      } catch (error) {
        log.warn('reply by response_url failed: trying the Web API', { channel: to.channel, reason: messageOf(error) });
      }
    }
    await byApi(to, message, options);
  }

  return {
    async give(to, reply) {
      const { message, isPublic } = await reply.then(
        ({ card, visibility }) => ({ message: toMessage(card), isPublic: visibility === 'public' }),
        (error: unknown) => {
          log.error('command or click failed', { channel: to.channel, user: to.user, reason: messageOf(error) });
          return {
            message: plainMessage('Picket could not do this because of an error of its own. Try again; the reason is in its log.'),
            isPublic: false,
          };
        },
      );
      try {
        await send(to, message, { public: isPublic });
      } catch (error) {
        log.error('reply not shown', { channel: to.channel, user: to.user, reason: messageOf(error) });
      }
    },
    async say(responseUrl, text) {
      try {
        await byUrl(responseUrl, plainMessage(text), { public: false, thread: '' });
      } catch (error) {
        log.warn('reply not shown', { reason: messageOf(error) });
      }
    },
  };
}
