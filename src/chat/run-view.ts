// A run as a card: what it works on, where it stands, its steps.
import { describeDecision } from '../approvals/view.ts';
import { runLog } from '../engine/history.ts';
import { type Approval, isEnded, type RunLog, type RunStatus, type RunStepLog, standing } from '../model/run.ts';
import { shortTime } from '../model/time.ts';
import type { Fact, RunView, Tone } from '../model/views.ts';
import type { Db } from '../store/db.ts';

/** The view model of a run's card; null when there is no such run. */
export async function runView(db: Db, runId: string): Promise<RunView | null> {
  const log = await runLog(db, runId);
  if (log === null) return null;
  return {
    card: 'run',
    title: `Run ${log.number} · ${log.playbook}`,
    state: standing(log.status, log.summary),
    tone: toneOf(log.status),
    facts: facts(log),
    steps: newestAttempts(log.steps).map((step) => stepFact(step, log.approvals)),
    buttons: [
      { label: 'Run log', style: 'default', verb: 'runlog', id: log.id, choice: '' },
      ...(isEnded(log.status)
        ? []
        : [{ label: 'Cancel run', style: 'destructive' as const, verb: 'cancel' as const, id: log.id, choice: '' }]),
    ],
  };
}

function toneOf(status: RunStatus): Tone {
  return (
    {
      running: 'accent',
      waiting: 'warning',
      succeeded: 'good',
      failed: 'attention',
      cancelled: 'default',
      expired: 'default',
      disagreed: 'default',
    } as const
  )[status];
}

function facts(log: RunLog): readonly Fact[] {
  const cause = log.cause.kind === 'person' ? log.cause.person : `rule "${log.cause.rule}"`;
  const all = [
    { name: 'On', value: log.subjectDisplay },
    { name: 'Started', value: `${shortTime(log.createdAt)} by ${cause}` },
    { name: 'Ended', value: shortTime(log.finishedAt) },
  ];
  return all.filter((fact) => fact.value !== '');
}

function newestAttempts(steps: readonly RunStepLog[]): readonly RunStepLog[] {
  const byPath = new Map<string, RunStepLog>();
  for (const step of steps) byPath.set(step.path, step);
  return [...byPath.values()].filter((step) => step.kind !== 'if' && step.kind !== 'loop');
}

const STATES = { started: 'under way', waiting: 'waiting', done: 'done', failed: 'failed', skipped: 'skipped' } as const;

function stepFact(step: RunStepLog, approvals: readonly Approval[]): Fact {
  const approval = approvals.find(({ path }) => path === step.path);
  if (approval !== undefined && approval.decision !== null)
    return { name: step.path, value: describeDecision(approval, approval.decision) };
  const attempt = step.attempt > 1 ? ` (attempt ${step.attempt})` : '';
  const error = step.error === '' ? '' : `: ${step.error}`;
  return { name: step.action === '' ? step.path : `${step.path} · ${step.action}`, value: `${STATES[step.status]}${attempt}${error}` };
}
