// The bot's own token for the connector, by client credentials (RFC 6749, 4.4). Asked for once and kept until shortly before it ends.
import { z } from 'zod';
import { ChatError } from '../../model/errors.ts';
import { BOT_FRAMEWORK } from './endpoints.ts';

export interface AccessTokens {
  /** Throws ChatError. */
  get(): Promise<string>;
  /** The connector refused this one. */
  forget(): void;
}

interface AccessTokenOptions {
  /** Tenant included. */
  readonly loginUrl: string;
  readonly appId: string;
  readonly appPassword: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const TIMEOUT_MS = 10_000;
const RENEW_BEFORE_MS = 5 * 60_000;

const Granted = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

export function createAccessTokens({ loginUrl, appId, appPassword, now }: AccessTokenOptions): AccessTokens {
  let kept: { readonly token: string; readonly until: number } | null = null;
  let asking: Promise<string> | null = null;

  async function ask(): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: appId, client_secret: appPassword, scope: `${BOT_FRAMEWORK}/.default` };
    const answer = await post(`${loginUrl}/oauth2/v2.0/token`, new URLSearchParams(form));
    const { access_token, expires_in } = Granted.parse(answer);
    kept = { token: access_token, until: now() + expires_in * 1_000 - RENEW_BEFORE_MS };
    return access_token;
  }

  return {
    async get() {
      if (kept !== null && kept.until > now()) return kept.token;
      asking ??= ask().finally(() => {
        asking = null;
      });
      return asking;
    },
    forget() {
      kept = null;
    },
  };
}

async function post(url: string, body: URLSearchParams): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { method: 'POST', body, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    throw fail('the address that gives the bot its tokens cannot be reached', 'retry', error);
  }
  if (response.ok) return JSON.parse(text);
  if (response.status === 429 || response.status >= 500) throw fail(`no token for the bot: HTTP ${response.status}`, 'retry');
  throw fail(
    `no token for the bot: HTTP ${response.status} ${codeOf(text)}: check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_APP_TENANT; a client secret may have ended`,
    'unreachable',
  );
}

/** The standard's error code alone: descriptions repeat what was sent. */
function codeOf(text: string): string {
  return /"error"\s*:\s*"([a-z_]+)"/.exec(text)?.[1] ?? '';
}

function fail(message: string, failure: ChatError['failure'], cause?: unknown): ChatError {
  return new ChatError(message, { platform: 'teams', failure, ...(failure === 'retry' ? { retryAfterMs: 5_000 } : {}), cause });
}
