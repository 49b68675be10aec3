// Keeps one Socket Mode connection open for as long as the process lives. The client's own way of connecting again ends the process
// by an unhandled rejection once Slack stays away for long, so it is switched off and done here.
import { setTimeout as delay } from 'node:timers/promises';
import { type Logger, SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { ConfigError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { slackErrorCode } from './chat-errors.ts';

export interface SocketConnection {
  /** Resolves when connected, or when Slack is away and is being tried again. Throws ConfigError when Slack refuses the token. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface ConnectionOptions {
  readonly appToken: string;
  readonly clientOptions: WebClientOptions;
  readonly logger: Logger;
  readonly log: Log;
  /** What came, as the client gives it. */
  readonly onDelivery: (given: unknown) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Slack recycles connections by the hour; one that lasted less is a failure, and the next one waits. */
const LASTED_MS = 10_000;
const REFUSED = new Set([
  'not_authed',
  'invalid_auth',
  'account_inactive',
  'not_allowed_token_type',
  'user_removed_from_team',
  'team_disabled',
]);

export function socketConnection({ appToken, clientOptions, logger, log, onDelivery }: ConnectionOptions): SocketConnection {
  // A copy, because the client writes its retries into the object it is given.
  const options = { ...clientOptions, retryConfig: { retries: 0 } };
  // The receiver is given no app: it only makes the client, which Bolt does not export by itself.
  const { client } = new SocketModeReceiver({
    appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: options },
  });
  client.on('slack_event', onDelivery);
  const stopping = new AbortController();
  let loop = Promise.resolve();

  /** One connection, until it ends. `onConnected` is called once it stands. */
  async function connectOnce(onConnected: () => void): Promise<void> {
    const ended = Promise.withResolvers<void>();
    client.once('disconnected', ended.resolve);
    try {
      await client.start();
      onConnected();
      await ended.promise;
    } finally {
      client.off('disconnected', ended.resolve);
    }
  }

  async function keepConnected(onFirst: { connected: () => void; failed: (error: unknown) => void }): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const since = Date.now();
      try {
        await connectOnce(onFirst.connected);
        failures = Date.now() - since > LASTED_MS ? 0 : failures + 1;
        log.info('Socket Mode connection ended: connecting again', { failures });
      } catch (error) {
        failures += 1;
        log.warn('Socket Mode connection failed: trying again', { failures, reason: messageOf(error) });
        onFirst.failed(error);
      }
      if (failures > 0) await rest(failures);
    }
  }

  async function rest(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
    try {
      await delay(longest * (0.5 + Math.random() / 2), undefined, { signal: stopping.signal });
    } catch {
      // stopped meanwhile
    }
  }

  return {
    async start() {
      const first = Promise.withResolvers<void>();
      const failed = (error: unknown): void => {
        const code = slackErrorCode(error);
        if (!REFUSED.has(code)) {
          first.resolve();
          return;
        }
        stopping.abort();
        first.reject(new ConfigError(`SLACK_APP_TOKEN is refused (${code}): copy it from Basic Information > App-Level Tokens`, error));
      };
      loop = keepConnected({ connected: first.resolve, failed });
      await first.promise;
    },
    async stop() {
      stopping.abort();
      // The client waits half a minute for Slack's farewell; nobody needs it.
      const ended = client.disconnect();
      await Promise.race([Promise.all([ended, loop]), delay(1_000)]);
    },
  };
}
