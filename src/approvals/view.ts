// What an approval's card shows: the question with what each choice will do and the evidence, and after the decision who
// decided what, with the evidence still readable and no buttons.
import { readApproval, readIncident } from '../engine/history.ts';
import type { Incident } from '../model/incident.ts';
import type { Approval, Decision } from '../model/run.ts';
import { shortTime } from '../model/time.ts';
import type { ApprovalView, Fact, Tone } from '../model/views.ts';
import type { Db } from '../store/db.ts';

interface RunLine {
  readonly number: string;
  readonly playbook: string;
  readonly subject_display: string;
  readonly incident_id: string | null;
}

/** The approval's view model and its incident; null when there is no such approval. */
export async function approvalView(
  db: Db,
  approvalId: string,
): Promise<{ readonly view: ApprovalView; readonly approval: Approval; readonly incident: Incident | null } | null> {
  const approval = await readApproval(db, approvalId);
  if (approval === null) return null;
  const { rows } = await db.query<RunLine>('SELECT number, playbook, subject_display, incident_id FROM run WHERE id = $1', [
    approval.runId,
  ]);
  const run = rows[0];
  if (run === undefined) return null;
  const incident = run.incident_id === null ? null : await readIncident(db, run.incident_id);
  const open = approval.decision === null;
  const view: ApprovalView = {
    card: 'approval',
    question: approval.question,
    state: open ? openState(approval) : closedState(approval),
    tone: open ? 'warning' : closedTone(approval),
    run: `Run ${run.number} · ${run.playbook}`,
    effects: approval.choices.map((choice) => ({
      name: choice.label,
      value: (approval.effects[choice.id] ?? []).join('\n') || 'nothing further',
    })),
    evidence: incident === null ? [{ name: 'Target', value: run.subject_display }] : incidentEvidence(incident),
    votes: approval.votes.map((vote) => ({
      name: vote.name,
      value: `${labelOf(approval, vote.choice)} ${where(vote.via)} at ${shortTime(vote.at)}`,
    })),
    deadline: open ? `Answer by ${shortTime(approval.expiresAt)}` : '',
    buttons: open
      ? [
          ...approval.choices.map((choice) => ({
            label: choice.label,
            style: choice.style,
            verb: 'decide' as const,
            id: approval.id,
            choice: choice.id,
          })),
          { label: 'Run log', style: 'default' as const, verb: 'runlog' as const, id: approval.runId, choice: '' },
        ]
      : [],
  };
  return { view, approval, incident };
}

function openState(approval: Approval): string {
  const asked = approval.approvers.join(' or ');
  const needed =
    approval.quorum === 1
      ? `Waiting for an answer from ${asked}`
      : `Waiting for ${approval.quorum} equal answers from ${asked}, ${approval.votes.length} so far`;
  return approval.level === 0 ? needed : `${needed} (nobody answered at first: the next level was asked)`;
}

function closedState(approval: Approval): string {
  return approval.decision === null ? '' : describeDecision(approval, approval.decision);
}

/** `Block by Carol Ortiz in Slack at 2026-11-23 03:12 UTC`. */
export function describeDecision(approval: Approval, decision: Decision): string {
  const at = shortTime(decision.at);
  if (decision.outcome === 'cancelled')
    return `Cancelled${decision.by.length > 0 ? ` by ${decision.by.join(', ')}` : ''} at ${at}: nothing was decided`;
  if (decision.outcome === 'disagreed') return `The approvers disagreed at ${at}: nothing was changed`;
  if (decision.outcome === 'expired') {
    return decision.choice === ''
      ? `Nobody answered until ${at}: nothing was changed`
      : `${labelOf(approval, decision.choice)} by default at ${at}: nobody answered`;
  }
  return `${labelOf(approval, decision.choice)} by ${decision.by.join(', ')} ${where(decision.via)} at ${at}`;
}

function closedTone(approval: Approval): Tone {
  const choice = approval.choices.find((one) => one.id === approval.decision?.choice);
  if (choice === undefined) return 'default';
  return choice.style === 'destructive' ? 'attention' : 'good';
}

export function labelOf(approval: Approval, choice: string): string {
  return approval.choices.find((one) => one.id === choice)?.label ?? choice;
}

function where(via: Decision['via']): string {
  return via === 'email' ? 'by e-mail' : `in ${placeName(via)}`;
}

/** How a platform is called in sentences. */
export function placeName(via: Decision['via']): string {
  return { slack: 'Slack', teams: 'Teams', console: 'the console', email: 'e-mail', timer: 'time', engine: 'Picket' }[via];
}

function incidentEvidence(incident: Incident): readonly Fact[] {
  const all = [
    { name: 'Incident', value: `#${incident.number} ${incident.title}` },
    { name: 'Severity', value: incident.severity },
    { name: 'Entities', value: incident.entities.map((entity) => `${entity.kind} ${entity.display}`).join('\n') },
    { name: 'First activity', value: shortTime(incident.firstActivityTime) },
    { name: 'Last activity', value: shortTime(incident.lastActivityTime) },
    { name: 'Tactics', value: incident.tactics.join(', ') },
    { name: 'Description', value: incident.description },
  ];
  return all.filter((fact) => fact.value !== '');
}
