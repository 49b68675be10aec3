// How an incident and its parts look on the wire (Azure/azure-rest-api-specs, securityinsights, stable 2024-03-01).
import { APP_OBJECT_ID } from '../login/settings.ts';
import type { IncidentComment, IncidentTask, Related, SentinelIncident } from './state.ts';
import { armId } from './workspace.ts';

const AUTHOR = { objectId: APP_OBJECT_ID, name: 'Picket' };

export function describeIncident(incident: SentinelIncident): {
  id: string;
  name: string;
  etag: string;
  type: string;
  properties: Record<string, unknown>;
} {
  const id = armId('Incidents', incident.name);
  const { title, description, severity, status, owner, labels, createdTimeUtc, lastModifiedTimeUtc, incidentNumber } = incident;
  const { firstActivityTimeUtc, lastActivityTimeUtc, classification, classificationReason, classificationComment } = incident;
  return {
    id,
    name: incident.name,
    etag: incident.etag,
    type: 'Microsoft.SecurityInsights/Incidents',
    properties: {
      title,
      description,
      severity,
      status,
      ...present({ classification, classificationReason, classificationComment }),
      owner,
      labels,
      ...present({ firstActivityTimeUtc, lastActivityTimeUtc }),
      lastModifiedTimeUtc,
      createdTimeUtc,
      incidentNumber,
      additionalData: {
        alertsCount: incident.alerts.length,
        bookmarksCount: 0,
        commentsCount: incident.comments.length,
        alertProductNames: incident.alerts.length > 0 ? ['Azure Sentinel'] : [],
        tactics: incident.tactics,
        techniques: incident.techniques,
      },
      relatedAnalyticRuleIds: incident.ruleIds,
      incidentUrl: `https://portal.azure.com/#asset/Microsoft_Azure_Security_Insights/Incident${id}`,
      providerName: 'Azure Sentinel',
      providerIncidentId: String(incidentNumber),
    },
  };
}

export function describeRelated(related: Related): Record<string, unknown> {
  return { id: armId('Entities', related.name), type: 'Microsoft.SecurityInsights/Entities', ...related };
}

export function describeComment(incident: SentinelIncident, comment: IncidentComment): Record<string, unknown> {
  const { name, etag, ...properties } = comment;
  return {
    id: `${armId('Incidents', incident.name)}/Comments/${name}`,
    name,
    etag,
    type: 'Microsoft.SecurityInsights/Incidents/Comments',
    properties: { ...properties, author: AUTHOR },
  };
}

export function describeTask(incident: SentinelIncident, task: IncidentTask): Record<string, unknown> {
  const { name, etag, ...properties } = task;
  return {
    id: `${armId('Incidents', incident.name)}/Tasks/${name}`,
    name,
    etag,
    type: 'Microsoft.SecurityInsights/Incidents/Tasks',
    properties: { ...properties, createdBy: AUTHOR, lastModifiedBy: AUTHOR },
  };
}

function present(values: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
