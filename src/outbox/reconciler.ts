// Shows what is wanted: one worker per conversation over all replicas, conversations side by side, newest version only.
// A commit is followed by kick(), which works at once; the poll finds what a crash or another replica left.
import type { ChatPort } from '../model/chat.ts';
import { ChatError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Place, Platform } from '../model/place.ts';
import type { Card } from '../model/views.ts';
import type { Store } from '../store/db.ts';
import { createGate, type Gate } from './gate.ts';
import { LEASE_MS, releaseLane, renewLane, takeLane } from './lane-lease.ts';
import { createSlidingWindows } from './limits.ts';
import { countPending, dueLanes, hasDue, nextPending, unparkLane } from './pending.ts';
import { type Lane, type Showing, showOne, type Turn } from './show.ts';
import type { ShownSubject } from './surfaces.ts';

export interface ReconcilerOptions {
  readonly store: Store;
  readonly ports: ReadonlyMap<Platform, ChatPort>;
  /** The newest card of a subject for a place; null when there is nothing to show there. */
  readonly render: (subject: ShownSubject, place: Place) => Promise<Card | null>;
  /** This replica's id: the same after a restart means that its conversations go on at once. */
  readonly me: string;
  readonly log: Log;
  /** Told once per conversation, again only after it had answered in between. */
  readonly onUnreachable: (place: Place, error: ChatError) => void;
  readonly now: () => number;
  readonly random?: () => number;
  readonly pollMs?: number;
}

export interface Reconciler {
  /** There may be work: call it after every commit that raised a surface. Cheap, and many calls are one. */
  kick(): void;
  start(): void;
  /** Lets calls under way end, starts no more, and gives the conversations to other replicas. */
  stop(): Promise<void>;
  /** Surfaces that do not show yet what is wanted. */
  depth(): Promise<number>;
}

/** Calls under way per platform, so that a slow platform cannot hold up another one. */
const CALLS_PER_PLATFORM = 32;
const LOOK_GAP_MS = 5;

export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, log, me, now, pollMs = 2000 } = options;
  const showing: Showing = { store, me, log, now, render: options.render, random: options.random ?? Math.random };
  const gates = new Map<Platform, Gate>();
  const working = new Map<string, Promise<void>>();
  const changed = new Set<string>();
  const unreachable = new Set<string>();
  /** Conversations that answered since this process began, or since nobody could write there. */
  const answering = new Set<string>();
  const stopping = new AbortController();
  let poll: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let lookAgain = false;

  function kick(): void {
    if (stopping.signal.aborted) return;
    lookAgain = true;
    looking ??= look().finally(() => {
      looking = undefined;
    });
  }

  async function look(): Promise<void> {
    while (lookAgain && !stopping.signal.aborted) {
      lookAgain = false;
      try {
        for (const lane of await dueLanes(store)) begin(lane);
      } catch (error) {
        log.warn('cannot look for cards to show, the next poll tries again', { error: messageOf(error) });
      }
      // The first kick works at once; those that follow it closely share the next look.
      await pause(LOOK_GAP_MS, stopping.signal);
    }
  }

  function begin(lane: string): void {
    if (stopping.signal.aborted) return;
    if (working.has(lane)) {
      changed.add(lane);
      return;
    }
    changed.delete(lane);
    const work = workOn(lane)
      .catch((error: unknown) => log.warn('a conversation was left, the next poll goes on', { lane, error: messageOf(error) }))
      .finally(() => {
        working.delete(lane);
        if (changed.has(lane)) begin(lane);
      });
    working.set(lane, work);
  }

  async function workOn(lane: string): Promise<void> {
    // Asked again after the release: what another replica committed while we held the lane found it taken.
    do {
      const sent = await takeLane(store, lane, me);
      if (sent === null) return;
      await whileHeld(lane, sent);
      changed.delete(lane);
    } while (!stopping.signal.aborted && (await hasDue(store, lane)));
  }

  async function whileHeld(lane: string, sent: readonly number[]): Promise<void> {
    let recent = sent;
    const renewal = setInterval(() => {
      renewLane(store, lane, me).catch((error: unknown) => log.warn('cannot renew a lease', { lane, error: messageOf(error) }));
    }, LEASE_MS / 3);
    try {
      recent = await drain(lane, sent);
    } finally {
      clearInterval(renewal);
      await releaseLane(store, lane, me, recent);
    }
  }

  /** Shows surface after surface until nothing is due. Answers the times of recent sends. */
  async function drain(name: string, sent: readonly number[]): Promise<readonly number[]> {
    const port = portOf(name, options.ports);
    const lane: Lane = { name, port, windows: createSlidingWindows(port.limits, sent) };
    while (!stopping.signal.aborted) {
      const waitMs = lane.windows.delay(now());
      if (waitMs > 0) {
        if (!(await hasDue(store, name))) break;
        await pause(waitMs, stopping.signal);
        continue;
      }
      const turn = await gateOf(port.platform)(async () => await takeTurn(lane));
      if (turn === null || turn.kind === 'lost' || turn.kind === 'unreachable') break;
      if (turn.kind === 'slow') await pause(turn.delayMs, stopping.signal);
    }
    return lane.windows.recent();
  }

  async function takeTurn(lane: Lane): Promise<Turn | null> {
    // What was seen before this question is part of its answer.
    changed.delete(lane.name);
    const surface = stopping.signal.aborted ? null : await nextPending(store, lane.name);
    if (surface === null) return null;
    const turn = await showOne(showing, lane, surface);
    if (turn.kind === 'slow' || turn.kind === 'failed') setTimeout(kick, turn.delayMs + 10).unref();
    if (turn.kind === 'shown' && !answering.has(lane.name)) {
      // Parked by this process, or by one before it.
      await unparkLane(store, lane.name);
      answering.add(lane.name);
      unreachable.delete(lane.name);
    }
    if (turn.kind === 'unreachable') answering.delete(lane.name);
    if (turn.kind === 'unreachable' && !unreachable.has(lane.name)) {
      unreachable.add(lane.name);
      options.onUnreachable(surface.place, turn.error);
    }
    return turn;
  }

  function gateOf(platform: Platform): Gate {
    const gate = gates.get(platform) ?? createGate(CALLS_PER_PLATFORM);
    gates.set(platform, gate);
    return gate;
  }

  function start(): void {
    poll ??= setInterval(kick, pollMs);
    kick();
  }

  async function stop(): Promise<void> {
    stopping.abort();
    clearInterval(poll);
    await looking;
    await Promise.all(working.values());
  }

  return { kick, start, stop, depth: async () => await countPending(store) };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

const PLATFORMS = ['slack', 'teams', 'console', 'email'] as const satisfies readonly Platform[];

/** The port of a conversation; one that cannot be reached when the platform is not configured any more. */
function portOf(lane: string, ports: ReadonlyMap<Platform, ChatPort>): ChatPort {
  const platform = PLATFORMS.find((name) => lane.startsWith(`${name}|`));
  if (platform === undefined) throw new Error(`the place ${lane} names no platform that Picket knows`);
  const missing = async (): Promise<never> => {
    const message = `${platform} is not configured: configure it, or take its places out of the channels in picket.yaml`;
    throw new ChatError(message, { platform, failure: 'unreachable' });
  };
  return ports.get(platform) ?? { platform, limits: [], post: missing, update: missing };
}
