// Parallel branches: each is a line of its own while it lasts. The last one to end makes the main line runnable again.
import type { Next } from '../model/playbook.ts';
import type { EngineContext } from './context.ts';
import type { Burst } from './launcher.ts';
import { parkLine, showIdle, wakeLine } from './lines.ts';
import { settleStep, writeNote } from './records.ts';
import { parking, type Work } from './work.ts';

/** Parks the line and starts one line per branch. */
export async function fork(context: EngineContext, work: Work, next: Extract<Next, { kind: 'fork' }>): Promise<boolean> {
  const { fence } = work;
  const forked = await parking(context, work, async (tx) => {
    await writeNote(tx, fence, { path: next.path, kind: 'parallel', status: 'waiting', output: null });
    for (const line of next.lines) {
      // As urgent as the line they come from.
      await tx.query(
        `INSERT INTO run_line (run_id, line, parent, by_person)
         SELECT run_id, $2, line, by_person FROM run_line WHERE run_id = $1 AND line = $3 ON CONFLICT DO NOTHING`,
        [fence.runId, line, fence.line],
      );
    }
    await parkLine(tx, fence);
  });
  if (forked) context.launcher().launch(next.lines.map((line) => ({ runId: fence.runId, line, n: 1 })));
  return false;
}

/** Ends a branch; the last one settles the parallel step and wakes the line that waits for it. */
export async function branchEnded(context: EngineContext, work: Work, failure: string | null): Promise<boolean> {
  const { fence } = work;
  const woken: Burst[] = [];
  await parking(context, work, async (tx, run) => {
    woken.length = 0;
    await tx.query(`UPDATE run_line SET burst_done = $3, state = $4, due_at = NULL WHERE run_id = $1 AND line = $2`, [
      fence.runId,
      fence.line,
      fence.n,
      failure === null ? 'done' : 'failed',
    ]);
    // A branch's line is named `<path of the parallel step>:<branch>`.
    const path = fence.line.slice(0, fence.line.lastIndexOf(':'));
    const { rows } = await tx.query<{ line: string; parent: string; state: string }>(
      `SELECT line, parent, state FROM run_line WHERE run_id = $1 AND left(line, length($2) + 1) = $2 || ':' AND strpos(substr(line, length($2) + 2), '/') = 0`,
      [fence.runId, path],
    );
    if (rows.some((row) => row.state !== 'done' && row.state !== 'failed')) return showIdle(tx, run);
    const failed = rows.filter((row) => row.state === 'failed').map((row) => row.line.slice(path.length + 1));
    await settleStep(tx, fence.runId, path, {
      status: failed.length === 0 ? 'done' : 'failed',
      output: { branches: rows.length },
      error: failed.length === 0 ? '' : `branch ${failed.join(', ')} failed${failure === null ? '' : `: ${failure}`}`,
    });
    const parent = rows[0]?.parent;
    if (parent !== undefined) woken.push(await wakeLine(tx, fence.runId, parent, { byPerson: false }));
  });
  context.launcher().launch(woken);
  return false;
}
