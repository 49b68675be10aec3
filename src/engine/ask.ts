// An approval step: the question, its copies and its time limit are saved in one transaction, and the burst ends.
import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/audit.ts';
import type { Place } from '../model/place.ts';
import type { Next } from '../model/playbook.ts';
import { ensureSurface } from '../outbox/surfaces.ts';
import type { Tx } from '../store/db.ts';
import { savable, savableJson } from '../store/savable.ts';
import type { EngineContext } from './context.ts';
import { parkLine, showWaiting } from './lines.ts';
import { writeNote, writeNoteAlone } from './records.ts';
import { parking, type Work } from './work.ts';

/** Saves the question; the run waits for people. When there is nowhere to ask, the step fails and the loop goes on to end the line. */
export async function ask(context: EngineContext, work: Work, next: Extract<Next, { kind: 'ask' }>): Promise<boolean> {
  const { fence, playbook } = work;
  const { step, path } = next;
  const places = await context.ports.askPlaces(step.ask);
  if (places.length === 0) {
    const error = `nobody can be asked: no channel or person stands behind ${[...step.ask.channels, ...step.ask.email, ...step.ask.direct].join(', ')}; see picket.yaml`;
    if (!(await writeNoteAlone(context.store, fence, { path, kind: 'approval', status: 'failed', output: null, error }))) return false;
    work.records.set(path, {
      path,
      attempt: 1,
      line: fence.line,
      kind: 'approval',
      status: 'failed',
      output: null,
      error,
      retryInMs: null,
    });
    return true;
  }
  const approvers = step.approvers.length > 0 ? step.approvers : playbook.permissions.approve;
  const id = randomUUID();
  await parking(context, work, async (tx, run) => {
    const saved = tx.query(
      `INSERT INTO approval (id, run_id, path, line, question, choices, effects, ask, approvers, quorum, expiry, remind_ms, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, clock_timestamp() + $13::bigint * interval '1 millisecond')`,
      [
        id,
        run.id,
        path,
        fence.line,
        savable(next.question),
        JSON.stringify(step.choices),
        savableJson(Object.fromEntries(next.effects.map((effect) => [effect.choice, effect.lines]))),
        JSON.stringify(step.ask),
        JSON.stringify(approvers),
        step.quorum,
        JSON.stringify(step.expires),
        step.remindMs,
        step.expires.afterMs,
      ],
    );
    await Promise.all([
      saved,
      writeNote(tx, fence, { path, kind: 'approval', status: 'waiting', output: null }),
      parkLine(tx, fence),
      showApproval(tx, id, places),
      recordAudit(tx, {
        kind: 'approval asked',
        who: 'engine',
        what: { run: run.id, approval: id, path, quorum: step.quorum, approvers, places: places.length },
      }),
    ]);
    await context.durable().setTimer(tx, `expire:${id}:0`, { kind: 'expire', approvalId: id, level: 0 }, step.expires.afterMs);
    if (step.remindMs > 0) await context.durable().setTimer(tx, `remind:${id}`, { kind: 'remind', approvalId: id }, step.remindMs);
    await showWaiting(tx, run, `waiting for ${approvers.join(' or ')}: ${next.question}`);
  });
  return false;
}

/** One copy of the question per place. */
export async function showApproval(tx: Tx, approvalId: string, places: readonly Place[]): Promise<void> {
  for (const place of places) await ensureSurface(tx, { kind: 'approval', id: approvalId }, place, { byPerson: true });
}
