// One burst: take the line, do what it needs next until it must wait or ends, park it. A burst that runs again, here or
// elsewhere, reads the step records and goes on where they stop; the one before it is fenced off by the epoch.
import { setTimeout as sleep } from 'node:timers/promises';
import { ActionError, messageOf, PlaybookError } from '../model/errors.ts';
import type { Incident } from '../model/incident.ts';
import type { Place } from '../model/place.ts';
import type { Next, Scope, Step } from '../model/playbook.ts';
import { nextFor } from '../playbooks/next.ts';
import { RELAXED } from '../store/relaxed.ts';
import { savable } from '../store/savable.ts';
import { act } from './act.ts';
import { ask } from './ask.ts';
import type { EngineContext } from './context.ts';
import { branchEnded, fork } from './fork.ts';
import type { Burst } from './launcher.ts';
import { endRun, type Fence, holdLine, lockRun, parkLine, showRun, showWaiting } from './lines.ts';
import { loadRecords, writeNote, writeNoteAlone } from './records.ts';
import { parking, type Work } from './work.ts';

/** Retries that are due sooner than this are waited for inside the burst. */
const SHORT_WAIT_MS = 2_000;

export async function advance(context: EngineContext, burst: Burst): Promise<void> {
  const fence = await take(context, burst);
  if (fence === null) return;
  let work: Work;
  try {
    work = await load(context, fence);
  } catch (error) {
    // Anything else (a lost database) leaves the line to the sweep.
    if (!(error instanceof PlaybookError)) throw error;
    await failRun(context, fence, `the playbook saved with this run no longer loads: ${error.message}`);
    return;
  }
  for (;;) {
    const next = nextStep(context, work);
    const go = await perform(context, work, next);
    if (!go) return;
  }
}

/** Relaxed: whatever this execution then does is committed after it. */
async function take(context: EngineContext, burst: Burst): Promise<Fence | null> {
  const { rows } = await context.store.query<{ epoch: number }>(
    `UPDATE run_line SET owner = $4, epoch = epoch + 1, taken = $3 FROM run, ${RELAXED}
     WHERE run.id = run_line.run_id AND run.status IN ('running', 'waiting') AND run_line.run_id = $1 AND line = $2 AND burst = $3 AND burst_done < $3
     RETURNING epoch`,
    [burst.runId, burst.line, burst.n, context.executor.id],
  );
  const row = rows[0];
  return row === undefined ? null : { runId: burst.runId, line: burst.line, n: burst.n, epoch: row.epoch };
}

interface RunRow {
  readonly by_person: boolean;
  readonly number: string;
  readonly playbook: string;
  readonly text: string;
  readonly root_run: string;
  readonly scope: Scope;
  readonly place: Place | null;
  readonly incident_id: string | null;
  readonly incident: Incident | null;
}

async function load(context: EngineContext, fence: Fence): Promise<Work> {
  const reading = context.store.query<RunRow>(
    `SELECT run.number, by_person, playbook, text, root_run, scope, place, incident_id, incident.body AS incident
     FROM run JOIN playbook_text ON hash = playbook_hash LEFT JOIN incident ON incident.id = incident_id WHERE run.id = $1`,
    [fence.runId],
  );
  const [{ rows }, records] = await Promise.all([reading, loadRecords(context.store, fence.runId)]);
  const row = rows[0];
  if (row === undefined) throw new Error('the run is gone');
  const cut = new Map<string, number>();
  for (const [path, record] of records) {
    if (record.status === 'started' && record.line === fence.line) {
      cut.set(path, record.attempt);
      records.delete(path);
    }
  }
  return {
    fence,
    playbook: context.parse(row.text, row.playbook),
    scope: row.scope,
    records,
    cut,
    incidentId: row.incident_id,
    byPerson: row.by_person,
    rootRun: row.root_run,
    run: { id: fence.runId, number: Number(row.number), playbook: row.playbook, url: context.ports.runUrl(fence.runId) },
    incident: row.incident,
    place: row.place,
  };
}

function nextStep(context: EngineContext, work: Work): Next {
  // A failed attempt that will be repeated counts as not yet done.
  const settled = new Map([...work.records].filter(([, record]) => record.retryInMs === null));
  try {
    return nextFor(work.playbook, work.scope, settled, work.fence.line, (action, input) =>
      describe(context, action, { input, byPerson: work.byPerson }),
    );
  } catch (error) {
    return { kind: 'failed', path: '', step: null, error: messageOf(error) };
  }
}

function describe(context: EngineContext, action: string, { input, byPerson }: { input: unknown; byPerson: boolean }): string {
  const known = context.catalogue.get(action);
  if (known === undefined) return action;
  let reason = '';
  let line = known.description; // kept for inputs that are not complete yet
  try {
    line = known.describe(input);
    reason = known.refuses?.(input) ?? '';
  } catch {
    return line;
  }
  if (reason === '') return line;
  // Who asked for what cannot be done is told so, and nobody is woken to decide on it; a rule's run has other steps that may matter.
  if (byPerson) throw new ActionError(reason, { connector: 'engine', action });
  return `Not possible: ${reason}`;
}

/** Does what is next; false when the burst is over. */
async function perform(context: EngineContext, work: Work, next: Next): Promise<boolean> {
  switch (next.kind) {
    case 'note':
      return note(context, work, next.path, { kind: next.step.kind, status: next.status, output: next.output });
    case 'action':
      return callAction(context, work, next);
    case 'ask':
      return ask(context, work, next);
    case 'wait':
      return wait(context, work, next);
    case 'fork':
      return fork(context, work, next);
    case 'parked':
      return park(context, work);
    case 'done':
      return lineEnded(context, work, null);
    case 'failed':
      return stepFailed(context, work, next.path, next.step, next.error);
  }
}

async function note(
  context: EngineContext,
  work: Work,
  path: string,
  entry: { kind: string; status: 'done' | 'skipped' | 'failed'; output: unknown; error?: string },
): Promise<boolean> {
  if (!(await writeNoteAlone(context.store, work.fence, { path, ...entry }))) return false;
  work.records.set(path, { path, attempt: 1, line: work.fence.line, error: '', retryInMs: null, ...entry });
  return true;
}

async function callAction(context: EngineContext, work: Work, next: Extract<Next, { kind: 'action' }>): Promise<boolean> {
  const before = work.records.get(next.path);
  const waitMs = before?.retryInMs ?? 0;
  if (waitMs > SHORT_WAIT_MS) return parkFor(context, work, waitMs, `${next.step.action} failed, trying again: ${before?.error ?? ''}`);
  if (waitMs > 0) await sleep(waitMs);
  const cutAttempt = work.cut.get(next.path);
  const attempt = cutAttempt ?? (before === undefined ? 1 : before.attempt + 1);
  const acted = await act(context, work.fence, work, {
    step: next.step,
    path: next.path,
    input: next.input,
    attempt,
    cut: cutAttempt !== undefined,
  });
  if (acted.kind === 'stopped') return false;
  work.cut.delete(next.path);
  work.records.set(next.path, acted.record);
  if (acted.record.status === 'failed') await showTrouble(context, work, `${next.step.action} failed: ${acted.record.error}`);
  return true;
}

async function showTrouble(context: EngineContext, work: Work, summary: string): Promise<void> {
  await context.store.transaction(async (tx) => {
    const written = tx.query(`UPDATE run SET summary = $2 WHERE id = $1 AND status IN ('running', 'waiting')`, [
      work.fence.runId,
      savable(summary),
    ]);
    await Promise.all([written, showRun(tx, { id: work.fence.runId, incidentId: work.incidentId }, { byPerson: false })]);
  });
  context.ports.shown();
}

async function wait(context: EngineContext, work: Work, next: Extract<Next, { kind: 'wait' }>): Promise<boolean> {
  await parking(context, work, async (tx, run) => {
    await writeNote(tx, work.fence, { path: next.path, kind: 'wait', status: 'waiting', output: null });
    await parkLine(tx, work.fence, { afterMs: next.ms });
    await context
      .durable()
      .setTimer(
        tx,
        `wake:${work.fence.runId}:${work.fence.line}:${work.fence.n}`,
        { kind: 'wake', runId: work.fence.runId, line: work.fence.line },
        next.ms,
      );
    await showWaiting(tx, run, `waiting until ${new Date(Date.now() + next.ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`);
  });
  return false;
}

async function parkFor(context: EngineContext, work: Work, ms: number, summary: string): Promise<boolean> {
  await parking(context, work, async (tx, run) => {
    await parkLine(tx, work.fence, { afterMs: ms });
    await context
      .durable()
      .setTimer(
        tx,
        `wake:${work.fence.runId}:${work.fence.line}:${work.fence.n}`,
        { kind: 'wake', runId: work.fence.runId, line: work.fence.line },
        ms,
      );
    await showWaiting(tx, run, summary);
  });
  return false;
}

async function park(context: EngineContext, work: Work): Promise<boolean> {
  await parking(context, work, async (tx) => parkLine(tx, work.fence));
  return false;
}

async function stepFailed(context: EngineContext, work: Work, path: string, step: Step | null, error: string): Promise<boolean> {
  // An expression that failed has no record yet; the log must show where it was.
  if (path !== '' && !work.records.has(path))
    await writeNoteAlone(context.store, work.fence, { path, kind: step?.kind ?? 'step', status: 'failed', output: null, error });
  return lineEnded(context, work, `${path === '' ? work.playbook.name : path}: ${error}`);
}

async function lineEnded(context: EngineContext, work: Work, failure: string | null): Promise<boolean> {
  if (work.fence.line !== 'main') return branchEnded(context, work, failure);
  await parking(context, work, async (tx, run) =>
    endRun(tx, run, {
      status: failure === null ? 'succeeded' : 'failed',
      summary: failure === null ? 'done' : `failed at ${failure}`,
      error: failure ?? '',
      decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: '' },
      who: 'engine',
    }),
  );
  return false;
}

async function failRun(context: EngineContext, fence: Fence, reason: string): Promise<void> {
  await context.store.transaction(async (tx) => {
    const run = await lockRun(tx, fence.runId);
    if (run === null || !(await holdLine(tx, fence))) return;
    await endRun(tx, run, {
      status: 'failed',
      summary: reason,
      error: reason,
      decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: '' },
      who: 'engine',
    });
  });
  context.ports.shown();
}
