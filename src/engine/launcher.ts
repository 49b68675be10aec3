// Starts bursts in this process, at most `most` at a time. What does not fit stays in its row and is fetched when a place
// becomes free: what people caused first, then the oldest.

import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Db } from '../store/db.ts';

/** A burst to start: line `line` of run `runId`, number `n`. */
export interface Burst {
  readonly runId: string;
  readonly line: string;
  readonly n: number;
}

export interface Launcher {
  /** Starts them now, or leaves them to the next free place. Call it after the commit that raised the number. */
  launch(bursts: readonly Burst[]): void;
  /** Starts what stands runnable in the database and was never begun, as far as there is room. */
  fetch(): Promise<void>;
  /** True while this process executes a burst of the line. */
  isActive(runId: string, line: string): boolean;
  active(): number;
  /** No further starts; resolves when the active bursts have ended or the time is up. */
  drain(limitMs: number): Promise<void>;
}

export function burstId(burst: Burst): string {
  return `${burst.runId}:${burst.line}:${burst.n}`;
}

export function createLauncher(settings: { db: Db; most: number; run: (burst: Burst) => Promise<void>; log: Log }): Launcher {
  const { db, most, run, log } = settings;
  const active = new Map<string, number>();
  let backlog = false;
  let draining = false;
  let fetching = false;

  const begin = (burst: Burst): void => {
    const line = `${burst.runId}:${burst.line}`;
    active.set(line, (active.get(line) ?? 0) + 1);
    void run(burst)
      .catch((error: unknown) =>
        log.error('burst failed', { runId: burst.runId, line: burst.line, burst: burst.n, error: messageOf(error) }),
      )
      .then(() => {
        const left = (active.get(line) ?? 1) - 1;
        if (left === 0) active.delete(line);
        else active.set(line, left);
        if (backlog && !draining)
          void fetch().catch((error: unknown) => log.warn('could not fetch waiting bursts', { error: messageOf(error) }));
      });
  };

  const fetch = async (): Promise<void> => {
    const room = most - active.size;
    if (room <= 0 || fetching || draining) {
      backlog = backlog || room <= 0;
      return;
    }
    const limit = room + active.size;
    fetching = true;
    // Whoever finds no room from here on says so again.
    backlog = false;
    try {
      const { rows } = await db.query<{ run_id: string; line: string; burst: number }>(
        `SELECT run_id, line, burst FROM run_line WHERE burst > burst_done AND taken < burst ORDER BY by_person DESC, ready_at LIMIT $1`,
        [limit],
      );
      let begun = 0;
      for (const row of rows) {
        if (active.size >= most) break;
        if (active.has(`${row.run_id}:${row.line}`)) continue;
        begin({ runId: row.run_id, line: row.line, n: row.burst });
        begun += 1;
      }
      backlog = backlog || begun < rows.length || rows.length === limit;
    } finally {
      fetching = false;
    }
  };

  return {
    launch: (bursts) => {
      for (const burst of bursts) {
        if (draining) return;
        if (active.size >= most) backlog = true;
        else begin(burst);
      }
    },
    fetch,
    isActive: (runId, line) => active.has(`${runId}:${line}`),
    active: () => active.size,
    drain: async (limitMs) => {
      draining = true;
      const deadline = performance.now() + limitMs;
      while (active.size > 0 && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
    },
  };
}
