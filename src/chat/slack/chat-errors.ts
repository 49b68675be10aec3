// What Slack answered, as the outbox must treat it. The tables follow the error lists at docs.slack.dev/reference/methods
// (chat.postMessage, chat.update, conversations.open, conversations.history).
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from '@slack/web-api';
import { z } from 'zod';
import { ChatError, ConfigError, messageOf } from '../../model/errors.ts';

/** Not done, and may be done later. Milliseconds to wait. */
const LATER: Readonly<Record<string, number>> = {
  ratelimited: 30_000,
  rate_limited: 30_000,
  message_limit_exceeded: 60_000,
  service_unavailable: 10_000,
  request_timeout: 1_000, // the request's body arrived truncated
  team_added_to_org: 60_000,
  accesslimited: 60_000,
};

/** Slack says that part of it may have been done. */
const UNSURE = new Set(['internal_error', 'fatal_error']);

const INVITE = 'type /invite @Picket in it';
const REINSTALL = 'install the app again (Settings > Install App) and give Picket the new token';

/** Somebody has to act before anything can be shown there: what to do. */
const CURES: Readonly<Record<string, string>> = {
  not_in_channel: INVITE,
  channel_not_found: `check the channel's id; if it is private, ${INVITE}`,
  is_archived: 'unarchive it or take it out of picket.yaml',
  thread_not_found: 'the message this answers was deleted',
  account_inactive: REINSTALL,
  invalid_auth: REINSTALL,
  not_authed: REINSTALL,
  token_revoked: REINSTALL,
  token_expired: REINSTALL,
  not_allowed_token_type: 'use the bot token that starts with xoxb-',
  missing_scope: 'install the app again with the scopes of manifests/slack/manifest.yaml',
  no_permission: 'install the app again with the scopes of manifests/slack/manifest.yaml',
  restricted_action: "a workspace setting forbids posting there: ask the workspace's owner",
  restricted_action_read_only_channel: 'only some may post there: allow Picket in the channel settings',
  restricted_action_thread_only_channel: 'only threads are allowed there: choose another channel',
  restricted_action_non_threadable_channel: 'threads are not allowed there: choose another channel',
  access_denied: "ask the workspace's owner to allow the app there",
  ekm_access_denied: "the organisation's encryption keys are suspended: ask its administrators",
  org_login_required: 'the workspace is being moved to an organisation: install the app there',
  team_access_not_granted: 'grant the app access to this workspace in the organisation settings',
  user_not_found: "check the person's Slack id in picket.yaml",
  user_disabled: 'the account is deactivated: ask somebody else',
  user_not_visible: 'Picket cannot see this person: ask somebody else',
  cannot_dm_bot: 'this is a bot: ask a person',
  messages_tab_disabled: 'enable the Messages tab in App Home',
};

/** The message is no longer there to be edited. */
const GONE = new Set(['message_not_found', 'cant_update_message', 'edit_window_closed']);

/** Slack's own word for what went wrong, '' when it was not Slack that answered. */
export function slackErrorCode(error: unknown): string {
  return error instanceof WebAPIPlatformError && /^[a-z0-9_]+$/.test(error.data.error) ? error.data.error : '';
}

export function isGone(error: unknown): boolean {
  return GONE.has(slackErrorCode(error));
}

/** Maps what a call that changes something threw. `what` names call and place: `post in C01`. */
export function toChatError(error: unknown, what: string): ChatError {
  if (error instanceof ChatError) return error;
  if (error instanceof ConfigError) return fail(error.message, 'unreachable', error);
  if (error instanceof WebAPIRateLimitedError) {
    return fail(`Slack asked to slow down (${what})`, 'retry', error, error.retryAfter * 1_000);
  }
  if (error instanceof WebAPIHTTPError && error.statusCode < 500) {
    return fail(`Slack refused the request with HTTP ${error.statusCode} (${what})`, 'refused', error);
  }
  if (error instanceof WebAPIRequestError && wasNeverSent(error.original)) {
    return fail(`Slack cannot be reached (${what}): ${messageOf(error.original)}`, 'retry', error, 5_000);
  }
  const code = slackErrorCode(error);
  if (code === '' || UNSURE.has(code)) return fail(`the answer of Slack was lost (${what}): ${messageOf(error)}`, 'ambiguous', error);
  const later = LATER[code];
  if (later !== undefined) return fail(`Slack answered ${code} (${what})`, 'retry', error, later);
  const cure = CURES[code];
  if (cure !== undefined) return fail(`Slack answered ${code} (${what}): ${cure}`, 'unreachable', error);
  return fail(`Slack refused the message: ${code}${details(error)} (${what})`, 'refused', error);
}

/** As above for a call that changes nothing: when its answer was lost, it is simply made again. */
export function toReadError(error: unknown, what: string): ChatError {
  const mapped = toChatError(error, what);
  return mapped.failure === 'ambiguous' ? fail(mapped.message, 'retry', error, 2_000) : mapped;
}

function fail(message: string, failure: ChatError['failure'], cause: unknown, retryAfterMs?: number): ChatError {
  return new ChatError(message, { platform: 'slack', failure, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** No connection was made, so nothing was done. Any other break may have come after Slack did it. */
function wasNeverSent(error: Error): boolean {
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && NEVER_SENT.has(cause.code);
}

const withDetails = z.object({ data: z.object({ errors: z.array(z.string()) }) });

/** `invalid_blocks` comes with a list that says which block. */
function details(error: unknown): string {
  const parsed = withDetails.safeParse(error);
  return parsed.success ? `: ${parsed.data.data.errors.slice(0, 3).join('; ')}` : '';
}
