// One turn of a conversation: shows the newest version of one surface and saves how that went. The process may die
// between any two lines: the intent to post is saved before the post, and a post without an answer is looked up.

import type { ChatPort } from '../model/chat.ts';
import { ChatError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { MessageRef, Place } from '../model/place.ts';
import type { Card } from '../model/views.ts';
import type { Store } from '../store/db.ts';
import { renewLane } from './lane-lease.ts';
import type { SlidingWindows } from './limits.ts';
import { claimPost, type Pending, parkLane, postpone, saveFound, saveGone, savePosted, settle } from './pending.ts';
import type { ShownSubject } from './surfaces.ts';

export interface Showing {
  readonly store: Store;
  readonly me: string;
  readonly render: (subject: ShownSubject, place: Place) => Promise<Card | null>;
  readonly log: Log;
  readonly now: () => number;
  /** Between 0 and 1, for jitter. */
  readonly random: () => number;
}

/** The conversation a turn belongs to. */
export interface Lane {
  readonly name: string;
  readonly port: ChatPort;
  readonly windows: SlidingWindows;
}

/**
 * How a turn ended. `shown`: the conversation answers. `skipped`: settled without it; look again. `lost`: another replica has
 * the lane. `slow`: the platform asks this conversation to wait. `failed`: this surface waits `delayMs`, others go on.
 * `unreachable`: nobody can write there.
 */
export type Turn =
  | { readonly kind: 'shown' | 'skipped' | 'lost' }
  | { readonly kind: 'slow' | 'failed'; readonly delayMs: number }
  | { readonly kind: 'unreachable'; readonly error: ChatError };

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 5 * 60_000;
const FIRST_PARKING_MS = 5 * 60_000;
const LONGEST_PARKING_MS = 60 * 60_000;
/** The platform's clock may be behind ours. */
const CLOCK_SKEW_MS = 60_000;

export async function showOne(showing: Showing, lane: Lane, surface: Pending): Promise<Turn> {
  try {
    return surface.message === null ? await post(showing, lane, surface) : await edit(showing, lane, surface, surface.message);
  } catch (error) {
    // Whatever failed, an earlier post without an answer stays one.
    return await saveFailure(showing, lane, surface, { error, lost: true });
  }
}

async function post(showing: Showing, lane: Lane, surface: Pending): Promise<Turn> {
  const { store, log, me, now } = showing;
  const found = surface.postingSince === null ? null : await lookUp(showing, lane, surface, surface.postingSince);
  if (found !== null) {
    await saveFound(store, surface, found);
    log.info('found a message whose post was not answered', { ...idsOf(surface), messageId: found.id });
    return { kind: 'skipped' };
  }
  if (surface.closed) return await leave(store, surface);
  const card = await showing.render(surface.subject, surface.place);
  if (card === null) return await leave(store, surface);
  const claimed = await claimPost(store, surface, { lane: lane.name, me, sent: [...lane.windows.recent(), now()] });
  if (!claimed) return { kind: (await renewLane(store, lane.name, me)) ? 'skipped' : 'lost' };
  lane.windows.record(now());
  let message: MessageRef;
  try {
    message = await lane.port.post(surface.postTo, card, { key: surface.id });
  } catch (error) {
    return await saveFailure(showing, lane, surface, { error, lost: !(error instanceof ChatError) || error.failure === 'ambiguous' });
  }
  await savePosted(store, surface, message);
  log.debug('posted', { ...idsOf(surface), messageId: message.id });
  return { kind: 'shown' };
}

async function lookUp(showing: Showing, lane: Lane, surface: Pending, postingSince: number): Promise<MessageRef | null> {
  if (lane.port.find === undefined) return null;
  try {
    return await lane.port.find(surface.postTo, { key: surface.id, sinceMs: postingSince - CLOCK_SKEW_MS });
  } catch (error) {
    if (!(error instanceof ChatError) || error.failure !== 'refused') throw error;
    // A card that stands twice is better than one that never comes.
    showing.log.warn('cannot look for a message whose post was not answered: it is posted again', {
      ...idsOf(surface),
      error: error.message,
    });
    return null;
  }
}

async function edit(showing: Showing, lane: Lane, surface: Pending, message: MessageRef): Promise<Turn> {
  const { store, log, me, now } = showing;
  const card = await showing.render(surface.subject, surface.place);
  if (card === null) return await leave(store, surface);
  if (!(await renewLane(store, lane.name, me, [...lane.windows.recent(), now()]))) return { kind: 'lost' };
  lane.windows.record(now());
  const answer = await lane.port.update(message, card);
  if (answer === 'ok') {
    await settle(store, surface, { error: '' });
    return { kind: 'shown' };
  }
  // An incident keeps its card, an open approval must stay answerable; what else was deleted was meant to go.
  const repost = !surface.closed && (surface.subject.kind === 'incident' || surface.subject.kind === 'approval');
  await saveGone(store, surface, { repost });
  if (!repost) log.warn('a message was deleted and is not posted again', { ...idsOf(surface), messageId: message.id });
  return { kind: 'skipped' };
}

async function leave(store: Store, surface: Pending): Promise<Turn> {
  await settle(store, surface, { error: '' });
  return { kind: 'skipped' };
}

async function saveFailure(showing: Showing, lane: Lane, surface: Pending, failed: { error: unknown; lost: boolean }): Promise<Turn> {
  const { store, log, random } = showing;
  const { error, lost } = failed;
  const fields = { ...idsOf(surface), lane: lane.name, error: messageOf(error) };
  if (error instanceof ChatError && error.failure === 'unreachable') {
    await parkLane(store, lane.name, {
      tried: surface,
      lost,
      error: error.message,
      delayMs: growing(FIRST_PARKING_MS, LONGEST_PARKING_MS, surface),
    });
    return { kind: 'unreachable', error };
  }
  if (error instanceof ChatError && error.failure === 'refused') {
    await settle(store, surface, { error: error.message });
    log.error('the platform refuses a card: it is shown again when it changes', fields);
    return { kind: 'skipped' };
  }
  if (!(error instanceof ChatError)) log.error('a card could not be made or shown, it is tried again', fields);
  const asked = error instanceof ChatError ? error.retryAfterMs : undefined;
  const delayMs = asked ?? growing(FIRST_DELAY_MS, LONGEST_DELAY_MS, surface) * (0.5 + random() / 2);
  await postpone(store, surface, { delayMs, error: messageOf(error), lost });
  return { kind: asked === undefined ? 'failed' : 'slow', delayMs };
}

function growing(firstMs: number, longestMs: number, surface: Pending): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(surface.failures, 20));
}

function idsOf(surface: Pending): Record<string, string> {
  return { surfaceId: surface.id, subject: surface.subject.kind, subjectId: surface.subject.id };
}
