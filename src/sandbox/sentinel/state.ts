// What the stand-in of Microsoft Sentinel remembers: the incidents of one workspace with all that hangs on them.
import { z } from 'zod';

/** An alert or entity as the API and the incident trigger show it. */
export const Related = z.object({ name: z.string(), kind: z.string(), properties: z.record(z.string(), z.unknown()) });
export type Related = z.infer<typeof Related>;

export const Owner = z.object({
  objectId: z.string().nullable(),
  email: z.string().nullable(),
  assignedTo: z.string().nullable(),
  userPrincipalName: z.string().nullable(),
  ownerType: z.string().optional(),
});

export const IncidentComment = z.object({
  name: z.string(),
  etag: z.string(),
  message: z.string(),
  createdTimeUtc: z.string(),
  lastModifiedTimeUtc: z.string(),
});
export type IncidentComment = z.infer<typeof IncidentComment>;

export const IncidentTask = z.object({
  name: z.string(),
  etag: z.string(),
  title: z.string(),
  description: z.string(),
  status: z.enum(['New', 'Completed']),
  createdTimeUtc: z.string(),
  lastModifiedTimeUtc: z.string(),
});
export type IncidentTask = z.infer<typeof IncidentTask>;

export const SentinelIncident = z.object({
  name: z.string(),
  etag: z.string(),
  title: z.string(),
  description: z.string(),
  severity: z.enum(['High', 'Medium', 'Low', 'Informational']),
  status: z.enum(['New', 'Active', 'Closed']),
  classification: z.string().optional(),
  classificationReason: z.string().optional(),
  classificationComment: z.string().optional(),
  owner: Owner,
  labels: z.array(z.object({ labelName: z.string(), labelType: z.string() })),
  firstActivityTimeUtc: z.string().optional(),
  lastActivityTimeUtc: z.string().optional(),
  createdTimeUtc: z.string(),
  lastModifiedTimeUtc: z.string(),
  incidentNumber: z.number(),
  ruleIds: z.array(z.string()),
  tactics: z.array(z.string()),
  techniques: z.array(z.string()),
  alerts: z.array(Related),
  entities: z.array(Related),
  comments: z.array(IncidentComment),
  tasks: z.array(IncidentTask),
  playbookRuns: z.array(z.object({ logicAppsResourceId: z.string(), tenantId: z.string(), at: z.string() })),
});
export type SentinelIncident = z.infer<typeof SentinelIncident>;

export const SentinelState = z.object({ incidents: z.array(SentinelIncident), etags: z.number(), nextNumber: z.number() });
export type SentinelState = z.infer<typeof SentinelState>;

/** A value no earlier state of any incident had. */
export function nextEtag(state: SentinelState): string {
  state.etags += 1;
  return `"${state.etags.toString(16).padStart(8, '0')}-0000-0000-0000-${(0x67370e480000 + state.etags).toString(16).padStart(12, '0')}"`;
}

/** Comments, tasks and labels change the incident as well: it gets a new etag and time. */
export function touch(state: SentinelState, incident: SentinelIncident, now: Date): void {
  incident.etag = nextEtag(state);
  incident.lastModifiedTimeUtc = ticks(now);
}

/** Times of the service carry seven fractional digits. */
export function ticks(time: Date): string {
  return time.toISOString().replace('Z', '0000Z');
}
