// A platform's rate limits as sliding windows over the times of recent posts and edits in one conversation.
import type { RateLimit } from '../model/chat.ts';

/** Keeps the limits of one conversation. Times are epoch ms of this process's clock. */
export interface SlidingWindows {
  /** How many ms to wait before the next call may be made; 0 when it may be made now. */
  delay(now: number): number;
  record(now: number): void;
  /** What the next owner of the conversation must know: the times that still count. */
  recent(): readonly number[];
}

export function createSlidingWindows(limits: readonly RateLimit[], earlier: readonly number[]): SlidingWindows {
  const most = Math.max(0, ...limits.map((limit) => limit.count));
  const longest = Math.max(0, ...limits.map((limit) => limit.perMs));
  let sent: readonly number[] = [...earlier].sort((a, b) => a - b);
  return {
    delay: (now) => {
      // A time in the future comes from a clock that was set back: it costs one window from now on, not an hour.
      sent = sent.map((at) => Math.min(at, now));
      return Math.max(0, ...limits.map((limit) => delayOf(limit, sent, now)));
    },
    record: (now) => {
      const all = [...sent.filter((at) => at >= now - longest), now];
      sent = all.slice(Math.max(0, all.length - most));
    },
    recent: () => sent,
  };
}

function delayOf({ count, perMs }: RateLimit, sent: readonly number[], now: number): number {
  const first = sent[sent.length - count];
  if (first === undefined) return 0;
  // One ms more, because a window counts both its ends.
  return first + perMs + 1 - now;
}
