// What the Bot Connector answered, as the outbox must treat it (learn.microsoft.com: Teams rate limits and bot API error codes).
import { ChatError, messageOf } from '../../model/errors.ts';
import { ConnectorFailure } from './transport.ts';

const ADD = 'add Picket there (Apps > Picket > Add)';

/** 403 by the connector's own word; whatever else it says, somebody has to act. */
const CURES: Readonly<Record<string, string>> = {
  BotNotInConversationRoster: ADD,
  MessageWritesBlocked: `the person has blocked or removed Picket: ask them to unblock it, or ${ADD}`,
  ConversationBlockedByUser: 'the person has blocked Picket: ask them to unblock it',
  BotDisabledByAdmin: 'an administrator of Teams has disabled Picket: allow it in the admin center',
};

/** The message is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof ConnectorFailure && (error.status === 404 || error.status === 410);
}

/** Maps what a call that changes something threw. `what` names call and place. */
export function toChatError(error: unknown, what: string): ChatError {
  if (error instanceof ChatError) return error;
  if (!(error instanceof ConnectorFailure))
    return fail(`Teams answered something else than expected (${what}): ${messageOf(error)}`, 'ambiguous', error);
  const { status, reason, retryAfterMs } = error;
  if (status === 0 && !error.sent) return fail(`Teams cannot be reached (${what}): ${error.message}`, 'retry', error, 5_000);
  if (status === 429) return fail(`Teams asked to slow down (${what})`, 'retry', error, retryAfterMs);
  // Documented as not done, to be tried again with a growing wait: the outbox has one, with jitter.
  if (status === 412 || status === 502 || status === 503 || status === 504)
    return fail(`Teams answered HTTP ${status} (${what})`, 'retry', error, retryAfterMs);
  if (status === 0 || status >= 500) return fail(`the answer of Teams was lost (${what}): ${error.message}`, 'ambiguous', error);
  if (status === 401) return fail(`Teams refuses the bot's token (${what}): check TEAMS_APP_ID and TEAMS_APP_TENANT`, 'unreachable', error);
  if (status === 403) return fail(`Picket may not write there (${what}; ${error.message}): ${CURES[reason] ?? ADD}`, 'unreachable', error);
  if (status === 404)
    return fail(`there is no such conversation (${what}; ${error.message}): check its id in picket.yaml, and ${ADD}`, 'unreachable', error);
  return fail(`Teams refused the message: ${error.message} (${what})`, 'refused', error);
}

/** As above for a call that may simply be made again: when its answer was lost, nothing stands twice. */
export function toRepeatableError(error: unknown, what: string): ChatError {
  const mapped = toChatError(error, what);
  return mapped.failure === 'ambiguous' ? fail(mapped.message, 'retry', error, 2_000) : mapped;
}

function fail(message: string, failure: ChatError['failure'], cause: unknown, retryAfterMs?: number): ChatError {
  return new ChatError(message, { platform: 'teams', failure, cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}
