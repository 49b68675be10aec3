// Web API clients, one pair per token. Posts are never repeated here: the outbox owns pace and retries,
// and a repeated chat.postMessage stands twice. Reads may be repeated.
import type { Logger } from '@slack/bolt';
import { WebClient, type WebClientOptions } from '@slack/web-api';

/** The two clients of one workspace. */
export interface WebClients {
  /** Repeats a lost call twice. For calls that change nothing, or may be made again. */
  readonly reads: WebClient;
  /** Never repeats. */
  readonly posts: WebClient;
}

type Fetch = NonNullable<WebClientOptions['fetch']>;

const TIMEOUT_MS = 5_000;
/** Slack always sends Retry-After with 429; a proxy in between may not. */
const DEFAULT_RETRY_AFTER_S = 30;

/**
 * Options for every client of this deployment. `headers` is never set: WebClient writes Authorization into the object
 * it is given and would send one workspace's token for another.
 */
export function clientOptions(apiUrl: string, logger: Logger): WebClientOptions {
  return {
    slackApiUrl: apiUrl,
    fetch: guardedFetch(apiUrl),
    timeout: TIMEOUT_MS,
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger,
  };
}

export function webClients(token: string, options: WebClientOptions): WebClients {
  return {
    reads: new WebClient(token, { ...options, retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 1_000, randomize: true } }),
    posts: new WebClient(token, { ...options, retryConfig: { retries: 0 } }),
  };
}

/** A fetch that reaches the Web API's host and its `hooks.` host alone, and always ends. */
export function guardedFetch(apiUrl: string): Fetch {
  const api = new URL(apiUrl);
  return async (url, init) => {
    const target = new URL(url);
    const isHook = target.protocol === 'https:' && target.host === `hooks.${api.host}`;
    if (target.origin !== api.origin && !isHook)
      throw new Error(`refused to call ${target.host}: only ${api.host} and hooks.${api.host} are Slack`);
    const response = await fetch(target, { ...init, redirect: 'error', signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS) });
    if (response.status !== 429 || Number(response.headers.get('retry-after')) > 0) return response;
    // Without the header WebClient throws an error that cannot be told from others.
    await response.body?.cancel();
    return new Response('', { status: 429, headers: { 'retry-after': String(DEFAULT_RETRY_AFTER_S) } });
  };
}
