// Calls that change nothing may simply be made again: a person is not taken for a stranger because the roster was busy once.
import { setTimeout as pause } from 'node:timers/promises';
import { ConnectorFailure } from './transport.ts';

const TRIES = 3;
const FIRST_PAUSE_MS = 100;
/** Somebody is waiting for an answer: a longer wait is a failure. */
const LONGEST_PAUSE_MS = 1_000;

/** Tries a reading call up to three times, with growing pauses and jitter, or as long as Retry-After says. */
export async function repeatRead<T>(work: () => Promise<T>, random: () => number = Math.random): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (tried === TRIES || !(error instanceof ConnectorFailure) || !isPassing(error)) throw error;
      const pauseMs = error.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** tried * (0.5 + random() / 2);
      if (pauseMs > LONGEST_PAUSE_MS) throw error;
      await pause(pauseMs);
    }
  }
}

function isPassing({ status }: ConnectorFailure): boolean {
  return status === 0 || status === 412 || status === 429 || status >= 500;
}
