// What the incident's card shows, read fresh each time it is drawn.
import { approvalsOf, listRuns, readIncident } from '../engine/history.ts';
import type { Incident, Severity } from '../model/incident.ts';
import { type Approval, standing } from '../model/run.ts';
import { shortTime } from '../model/time.ts';
import type { Fact, IncidentView, Tone } from '../model/views.ts';
import type { Db } from '../store/db.ts';

const MOST_RUNS = 10;

/** The view model of the incident's card; null when there is no such incident. */
export async function incidentView(db: Db, incidentId: string): Promise<IncidentView | null> {
  const incident = await readIncident(db, incidentId);
  if (incident === null) return null;
  const runs = await listRuns(db, { limit: MOST_RUNS, incidentId });
  const approvals = (await Promise.all(runs.map(async (run) => approvalsOf(db, run.id)))).flat();
  return {
    card: 'incident',
    number: incident.number === 0 ? '' : `#${incident.number}`,
    title: incident.title,
    severity: incident.severity,
    tone: toneOf(incident.severity),
    status: statusText(incident),
    description: incident.description,
    facts: facts(incident),
    entities: [
      ...incident.entities.map((entity) => ({ name: entity.kind, value: entity.display })),
      ...incident.alerts.map((alert) => ({ name: 'alert', value: `${alert.title} (${alert.id})` })),
    ],
    runs: runs.toReversed().map((run) => ({
      name: `Run ${run.number} ${run.playbook}`,
      value: standing(run.status, run.summary),
    })),
    decisions: approvals.flatMap(describeDecision),
    buttons: runs
      .slice(0, 1)
      .map((run) => ({ label: `Log of run ${run.number}`, style: 'default' as const, verb: 'runlog' as const, id: run.id, choice: '' })),
    url: incident.url.startsWith('https://') ? incident.url : '',
  };
}

/** Colour of a severity. */
export function toneOf(severity: Severity): Tone {
  return ({ High: 'attention', Medium: 'warning', Low: 'accent', Informational: 'default' } as const)[severity];
}

function statusText(incident: Incident): string {
  if (incident.status !== 'Closed' || incident.classification === '') return incident.status;
  const reason = incident.classificationReason === '' ? '' : `, ${incident.classificationReason}`;
  return `Closed: ${incident.classification}${reason}`;
}

function facts(incident: Incident): readonly Fact[] {
  const owner = incident.owner === null ? '' : incident.owner.assignedTo || incident.owner.userPrincipalName || incident.owner.email;
  const all = [
    { name: 'Owner', value: owner === '' ? 'nobody yet' : owner },
    { name: 'Product', value: incident.productNames.join(', ') },
    { name: 'Tactics', value: [...incident.tactics, ...incident.techniques].join(', ') },
    { name: 'First activity', value: shortTime(incident.firstActivityTime) },
    { name: 'Last activity', value: shortTime(incident.lastActivityTime) },
    { name: 'Alerts', value: String(Math.max(incident.alertsCount, incident.alerts.length)) },
    { name: 'Tags', value: incident.tags.join(', ') },
  ];
  return all.filter((fact) => fact.value !== '');
}

function describeDecision(approval: Approval): readonly Fact[] {
  const { decision } = approval;
  if (decision === null) return [];
  const label = approval.choices.find((choice) => choice.id === decision.choice)?.label ?? '';
  const who = decision.by.length > 0 ? ` by ${decision.by.join(', ')}` : '';
  return [{ name: approval.question, value: `${label === '' ? decision.outcome : label}${who} at ${shortTime(decision.at)}` }];
}
