// The read model: runs as lists and as the full log. Reads only.
import type { Incident } from '../model/incident.ts';
import type { Place } from '../model/place.ts';
import type { Choice } from '../model/playbook.ts';
import type { Approval, Cause, Decision, RunLog, RunStatus, RunStepLog, RunSummary, Subject, Vote } from '../model/run.ts';
import type { Db } from '../store/db.ts';

interface RunRow {
  readonly id: string;
  readonly number: string;
  readonly playbook: string;
  readonly status: RunStatus;
  readonly subject: Subject;
  readonly subject_display: string;
  readonly cause: Cause;
  readonly summary: string;
  readonly error: string;
  readonly created_at: Date;
  readonly finished_at: Date | null;
  readonly place: Place | null;
  readonly incident: Incident | null;
}

const SUMMARY =
  'run.id, run.number, playbook, run.status, subject, subject_display, cause, summary, error, run.created_at, finished_at, place';

/** The newest runs first. `before` is the number of the last one seen. */
export async function listRuns(
  db: Db,
  filter: { readonly limit: number; readonly before?: number; readonly incidentId?: string },
): Promise<readonly RunSummary[]> {
  const { rows } = await db.query<RunRow>(
    `SELECT ${SUMMARY} FROM run WHERE ($2::bigint IS NULL OR number < $2) AND ($3::uuid IS NULL OR incident_id = $3) ORDER BY number DESC LIMIT $1`,
    [filter.limit, filter.before ?? null, filter.incidentId ?? null],
  );
  return rows.map(toSummary);
}

/** Id of the run with this number, null when there is none. */
export async function findRun(db: Db, number: number): Promise<string | null> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM run WHERE number = $1', [number]);
  return rows[0]?.id ?? null;
}

/** Everything known of one run; null when there is none. */
export async function runLog(db: Db, runId: string): Promise<RunLog | null> {
  const { rows } = await db.query<RunRow>(
    `SELECT ${SUMMARY}, incident.body AS incident FROM run LEFT JOIN incident ON incident.id = incident_id WHERE run.id = $1`,
    [runId],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const summary = toSummary(row);
  return {
    ...summary,
    error: row.error,
    startedAt: summary.createdAt,
    incident: row.incident,
    place: row.place,
    steps: await steps(db, runId),
    approvals: await approvalsOf(db, runId),
  };
}

function toSummary(row: RunRow): RunSummary {
  return {
    id: row.id,
    number: Number(row.number),
    playbook: row.playbook,
    status: row.status,
    subject: row.subject,
    subjectDisplay: row.subject_display,
    cause: row.cause,
    summary: row.summary,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? '',
  };
}

async function steps(db: Db, runId: string): Promise<readonly RunStepLog[]> {
  const { rows } = await db.query<Omit<RunStepLog, 'startedAt' | 'finishedAt'> & { started_at: Date; finished_at: Date | null }>(
    'SELECT path, line, attempt, kind, action, status, input, output, error, started_at, finished_at FROM run_step WHERE run_id = $1 ORDER BY position',
    [runId],
  );
  return rows.map(({ started_at, finished_at, ...step }) => ({
    ...step,
    startedAt: started_at.toISOString(),
    finishedAt: finished_at?.toISOString() ?? '',
  }));
}

interface ApprovalRow {
  readonly id: string;
  readonly run_id: string;
  readonly path: string;
  readonly question: string;
  readonly choices: readonly Choice[];
  readonly effects: Readonly<Record<string, readonly string[]>>;
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly level: number;
  readonly created_at: Date;
  readonly expires_at: Date;
  readonly votes: readonly Vote[] | null;
  readonly decision: Decision | null;
}

const APPROVAL = `SELECT a.id, a.run_id, a.path, a.question, a.choices, a.effects, a.approvers, a.quorum, a.level, a.created_at, a.expires_at,
  (SELECT jsonb_agg(jsonb_build_object('person', v.person, 'name', v.name, 'choice', v.choice, 'via', v.via, 'at', v.at) ORDER BY v.at) FROM vote v WHERE v.approval_id = a.id) AS votes,
  (SELECT jsonb_build_object('outcome', d.outcome, 'choice', d.choice, 'by', d.by, 'via', d.via, 'at', d.at) FROM decision d WHERE d.approval_id = a.id) AS decision
  FROM approval a`;

/** One approval with its votes and decision; null when there is none. */
export async function readApproval(db: Db, approvalId: string): Promise<Approval | null> {
  const { rows } = await db.query<ApprovalRow>(`${APPROVAL} WHERE a.id = $1`, [approvalId]);
  return rows[0] === undefined ? null : toApproval(rows[0]);
}

/** The approvals of a run, oldest first. */
export async function approvalsOf(db: Db, runId: string): Promise<readonly Approval[]> {
  const { rows } = await db.query<ApprovalRow>(`${APPROVAL} WHERE a.run_id = $1 ORDER BY a.created_at, a.id`, [runId]);
  return rows.map(toApproval);
}

function toApproval(row: ApprovalRow): Approval {
  const { run_id, created_at, expires_at, votes, decision, ...approval } = row;
  return {
    ...approval,
    runId: run_id,
    createdAt: created_at.toISOString(),
    expiresAt: expires_at.toISOString(),
    votes: votes ?? [],
    decision: decision === null ? null : { ...decision, at: new Date(decision.at).toISOString() },
  };
}

/** The incident as it stands now; null when there is none. */
export async function readIncident(db: Db, incidentId: string): Promise<Incident | null> {
  const { rows } = await db.query<{ body: Incident }>('SELECT body FROM incident WHERE id = $1', [incidentId]);
  return rows[0]?.body ?? null;
}
