// The one answer that counts. Every way to end a waiting approval goes through here, under the run's and the approval's
// locks: a vote, the time limit, a cancelled run. The database's clock decides what was first.
import { recordAudit } from '../audit/audit.ts';
import { refuse } from '../model/errors.ts';
import type { Choice, Step } from '../model/playbook.ts';
import type { Answered, Decision, Via, Vote } from '../model/run.ts';
import { raiseSurfaces } from '../outbox/surfaces.ts';
import type { Tx } from '../store/db.ts';
import { showApproval } from './ask.ts';
import type { EngineContext } from './context.ts';
import type { Burst } from './launcher.ts';
import { closeApproval, endRun, type LockedRun, lockRunOf, showRun, wakeLine } from './lines.ts';
import { settleStep } from './records.ts';

export interface Answer {
  readonly approvalId: string;
  readonly person: { readonly id: string; readonly name: string };
  readonly choice: string;
  readonly via: Via;
  /** How many people may answer in all; null when a directory group makes that unknown. */
  readonly eligible: number | null;
  /** People whose earlier votes no longer count. */
  readonly lapsed?: readonly string[];
}

type Expiry = Extract<Step, { kind: 'approval' }>['expires'];

/** The next step goes first: drawing the cards costs more than beginning a burst. A kill in between leaves them to the outbox's own look. */
const CARDS_AFTER_MS = 25;

interface OpenApproval {
  readonly id: string;
  readonly runId: string;
  readonly path: string;
  readonly line: string;
  readonly choices: readonly Choice[];
  readonly quorum: number;
  readonly expiry: Expiry;
  readonly level: number;
  readonly outcome: string | null;
  readonly overdue: boolean;
}

/** Counts one person's answer. At most one answer ever decides; all others are told what stands. */
export async function decide(context: EngineContext, answer: Answer): Promise<Answered> {
  const started: Burst[] = [];
  const answered = await context.store.transaction(async (tx): Promise<Answered> => {
    started.length = 0;
    const found = await lockApproval(tx, answer.approvalId);
    if (found === null) return { kind: 'unknown' };
    const { run } = found;
    let { approval } = found;
    if (approval.outcome === null && approval.overdue) {
      started.push(...(await timeUp(context, tx, run, approval)));
      approval = (await lockApproval(tx, answer.approvalId))?.approval ?? approval;
    }
    if (approval.outcome !== null) return { kind: 'closed', decision: await readDecision(tx, approval.id) };
    const choice = approval.choices.find((candidate) => candidate.id === answer.choice);
    if (choice === undefined)
      return {
        kind: 'refused',
        refusal: refuse('That is not one of the choices.', `Choose ${approval.choices.map((one) => one.label).join(' or ')}.`),
      };
    return vote(tx, run, approval, choice, answer, started);
  });
  context.launcher().launch(started);
  if (started.length === 0) context.ports.shown();
  else setTimeout(context.ports.shown, CARDS_AFTER_MS);
  return answered;
}

async function vote(tx: Tx, run: LockedRun, approval: OpenApproval, choice: Choice, answer: Answer, started: Burst[]): Promise<Answered> {
  const inserting = tx.query(
    'INSERT INTO vote (approval_id, person, name, choice, via) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING',
    [approval.id, answer.person.id, answer.person.name, choice.id, answer.via],
  );
  const [inserted, given] = await Promise.all([inserting, readVotes(tx, approval.id)]);
  const votes = given.filter((one) => !(answer.lapsed ?? []).includes(one.person));
  const mine = votes.find((one) => one.person === answer.person.id);
  if (mine !== undefined && mine.choice !== choice.id) {
    const label = approval.choices.find((one) => one.id === mine.choice)?.label ?? mine.choice;
    return {
      kind: 'refused',
      refusal: refuse(`You have already answered ${label}; an answer cannot be changed.`, 'Another approver can still answer otherwise.'),
    };
  }
  if (inserted.rowCount === 1)
    await recordAudit(tx, { kind: 'vote', who: answer.person.id, what: { approval: approval.id, choice: choice.id, via: answer.via } });
  const outcome = judge(approval, votes, answer.eligible);
  if (outcome === null) {
    await raiseSurfaces(tx, { kind: 'approval', id: approval.id }, { byPerson: true });
    return { kind: 'counted', votes: votes.filter((one) => one.choice === choice.id).length, quorum: approval.quorum };
  }
  const by = votes.filter((one) => one.choice === outcome.choice || outcome.choice === '').map((one) => one.name);
  const concluded = await conclude(tx, run, approval, { ...outcome, by, via: answer.via, at: '' });
  started.push(...concluded.bursts);
  return { kind: 'decided', decision: concluded.decision, runId: run.id };
}

/** The choice that reached the quorum; `disagreed` when none can any more; null while it is open. */
function judge(
  approval: OpenApproval,
  votes: readonly Vote[],
  eligible: number | null,
): { outcome: 'chosen' | 'disagreed'; choice: string } | null {
  const counts = approval.choices.map((choice) => ({ id: choice.id, count: votes.filter((one) => one.choice === choice.id).length }));
  const reached = counts.find((entry) => entry.count >= approval.quorum);
  if (reached !== undefined) return { outcome: 'chosen', choice: reached.id };
  if (eligible === null) return null;
  const left = Math.max(eligible - votes.length, 0);
  return counts.some((entry) => entry.count + left >= approval.quorum) ? null : { outcome: 'disagreed', choice: '' };
}

/** Writes the decision and makes the run go on, or ends it when there is no choice to go on with. */
async function conclude(
  tx: Tx,
  run: LockedRun,
  approval: OpenApproval,
  decision: Decision,
): Promise<{ readonly bursts: readonly Burst[]; readonly decision: Decision }> {
  if (decision.choice === '') {
    const summary =
      decision.outcome === 'expired' ? 'nobody answered in time: nothing was changed' : 'the approvers disagreed: nothing was changed';
    const at = await closeApproval(tx, approval.id, decision);
    await endRun(tx, run, {
      status: decision.outcome === 'expired' ? 'expired' : 'disagreed',
      summary,
      // Other questions of the run were not answered by this.
      decision: { outcome: 'cancelled', choice: '', by: [], via: 'engine', at: '' },
      who: decision.by.join(', ') || 'timer',
    });
    return { bursts: [], decision: { ...decision, at } };
  }
  const at = await closeApproval(tx, approval.id, decision);
  const label = approval.choices.find((one) => one.id === decision.choice)?.label ?? decision.choice;
  const who =
    decision.by.length > 0 ? `by ${decision.by.join(', ')} in ${viaName(decision.via)}` : 'by default, because nobody answered in time';
  const settled = settleStep(tx, run.id, approval.path, {
    status: 'done',
    output: {
      outcome: decision.outcome,
      choice: decision.choice,
      by: decision.by.join(', '),
      summary: `${label} ${who} at ${at.slice(0, 16).replace('T', ' ')} UTC`,
    },
  });
  const [burst] = await Promise.all([
    wakeLine(tx, run.id, approval.line, { byPerson: true }),
    settled,
    tx.query('UPDATE run SET summary = $2 WHERE id = $1', [run.id, `${label} ${who}`]),
    showRun(tx, run, { byPerson: true }),
  ]);
  return { bursts: [burst], decision: { ...decision, at } };
}

function viaName(via: Decision['via']): string {
  return { slack: 'Slack', teams: 'Teams', console: 'the console', email: 'e-mail', timer: 'time', engine: 'Picket' }[via];
}

/** The timer of an approval fired, or the sweep found it overdue. Early or late calls change nothing. */
export async function expire(context: EngineContext, approvalId: string): Promise<void> {
  const started: Burst[] = [];
  await context.store.transaction(async (tx) => {
    started.length = 0;
    const found = await lockApproval(tx, approvalId);
    if (found === null || found.approval.outcome !== null || !found.approval.overdue) return;
    started.push(...(await timeUp(context, tx, found.run, found.approval)));
  });
  context.launcher().launch(started);
  context.ports.shown();
}

async function timeUp(context: EngineContext, tx: Tx, run: LockedRun, approval: OpenApproval): Promise<readonly Burst[]> {
  const { escalate, choice } = approval.expiry;
  if (approval.level === 0 && escalate !== undefined) {
    await tx.query(`UPDATE approval SET level = 1, expires_at = clock_timestamp() + $2::bigint * interval '1 millisecond' WHERE id = $1`, [
      approval.id,
      escalate.afterMs,
    ]);
    await showApproval(tx, approval.id, await context.ports.askPlaces(escalate.ask));
    await raiseSurfaces(tx, { kind: 'approval', id: approval.id }, { byPerson: false });
    await context
      .durable()
      .setTimer(tx, `expire:${approval.id}:1`, { kind: 'expire', approvalId: approval.id, level: 1 }, escalate.afterMs);
    await recordAudit(tx, { kind: 'approval asked', who: 'timer', what: { run: run.id, approval: approval.id, level: 1 } });
    return [];
  }
  return (await conclude(tx, run, approval, { outcome: 'expired', choice: choice ?? '', by: [], via: 'timer', at: '' })).bursts;
}

/** Locks the run, then the approval. */
async function lockApproval(tx: Tx, approvalId: string): Promise<{ run: LockedRun; approval: OpenApproval } | null> {
  const locking = lockRunOf(tx, approvalId);
  const reading = tx.query<{
    id: string;
    run_id: string;
    path: string;
    line: string;
    choices: Choice[];
    quorum: number;
    expiry: Expiry;
    level: number;
    outcome: string | null;
    overdue: boolean;
  }>(
    `SELECT id, run_id, path, line, choices, quorum, expiry, level, outcome, expires_at <= clock_timestamp() AS overdue FROM approval WHERE id = $1 FOR UPDATE`,
    [approvalId],
  );
  const [run, { rows }] = await Promise.all([locking, reading]);
  const row = rows[0];
  if (run === null || row === undefined) return null;
  const { run_id, ...approval } = row;
  return { run, approval: { ...approval, runId: run_id } };
}

async function readVotes(tx: Tx, approvalId: string): Promise<readonly Vote[]> {
  const { rows } = await tx.query<Vote>(
    'SELECT person, name, choice, via, at::text AS at FROM vote WHERE approval_id = $1 ORDER BY at, person',
    [approvalId],
  );
  return rows;
}

async function readDecision(tx: Tx, approvalId: string): Promise<Decision> {
  const { rows } = await tx.query<Omit<Decision, 'at'> & { at: Date }>(
    'SELECT outcome, choice, by, via, at FROM decision WHERE approval_id = $1',
    [approvalId],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`approval ${approvalId} is closed without a decision`);
  return { ...row, at: row.at.toISOString() };
}
