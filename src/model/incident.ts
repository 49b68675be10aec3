// An incident and its alerts, as Picket keeps them. The sender's own body is parsed into this at the door.
import type { Entity } from './entity.ts';

export const SEVERITIES = ['High', 'Medium', 'Low', 'Informational'] as const;
export type Severity = (typeof SEVERITIES)[number];

export const INCIDENT_STATUSES = ['New', 'Active', 'Closed'] as const;
export type IncidentStatus = (typeof INCIDENT_STATUSES)[number];

/** Classification and its reason, in the pairs that Sentinel accepts; Undetermined stands alone. */
export const CLASSIFICATION_REASONS = {
  TruePositive: ['SuspiciousActivity'],
  BenignPositive: ['SuspiciousButExpected'],
  FalsePositive: ['IncorrectAlertLogic', 'InaccurateData'],
  Undetermined: [],
} as const;
export const CLASSIFICATIONS = ['TruePositive', 'BenignPositive', 'FalsePositive', 'Undetermined'] as const;

export interface IncidentOwner {
  readonly objectId: string;
  readonly email: string;
  readonly userPrincipalName: string;
  readonly assignedTo: string;
}

/** One alert of an incident. Texts are hostile: they come from outside. */
export interface Alert {
  /** SystemAlertId. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly productName: string;
  readonly analyticRuleId: string;
  readonly tactics: readonly string[];
  /** ISO UTC, '' when unknown. */
  readonly startTime: string;
  readonly endTime: string;
  readonly entities: readonly Entity[];
  readonly customDetails: Readonly<Record<string, readonly string[]>>;
}

/** The incident as its source last told it. Texts are hostile: they come from outside. Times are ISO UTC, '' when unknown. */
export interface Incident {
  /** Picket's own id (UUID). */
  readonly id: string;
  readonly source: 'sentinel' | 'generic';
  /** Identity at the source, lower-cased: the ARM id for Sentinel. Unique over tenants and workspaces. */
  readonly key: string;
  /** The ARM id as received, '' for other sources. */
  readonly armId: string;
  /** The number people use (`incidentNumber`), 0 when the source has none. */
  readonly number: number;
  readonly etag: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly classification: string;
  readonly classificationReason: string;
  readonly classificationComment: string;
  readonly owner: IncidentOwner | null;
  readonly tags: readonly string[];
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly productNames: readonly string[];
  readonly providerName: string;
  readonly analyticRuleIds: readonly string[];
  readonly url: string;
  readonly createdTime: string;
  readonly lastModifiedTime: string;
  readonly firstActivityTime: string;
  readonly lastActivityTime: string;
  readonly alerts: readonly Alert[];
  readonly alertsCount: number;
  readonly entities: readonly Entity[];
  /** `lastModifiedTime` of the deliveries that alerts and entities are from: a body without any takes none away. */
  readonly evidenceTimes?: { readonly alerts: string; readonly entities: string };
}
