// New incidents, and the body that Sentinel's incident trigger delivers for them: the API's incident with alerts and entities inside.
import { randomUUID } from 'node:crypto';
import { ALICE_ID } from '../graph/seed.ts';
import { TENANT } from '../login/settings.ts';
import { describeComment, describeIncident, describeRelated } from './describe.ts';
import { nextEtag, type Related, type SentinelIncident, type SentinelState, ticks } from './state.ts';
import { armId, WORKSPACE } from './workspace.ts';

const RULE = '7d3b5a90-0000-4e6f-9c11-123456789abc';

/** What a caller may choose; entities are in API form (`Account`, `Host`, `Ip`, `Url`, `DnsResolution`, `FileHash`). */
export interface NewIncident {
  readonly title: string;
  readonly description: string;
  readonly severity: SentinelIncident['severity'];
  readonly status: SentinelIncident['status'];
  readonly labels: readonly string[];
  readonly tactics: readonly string[];
  readonly entities: readonly { readonly kind: string; readonly properties: Readonly<Record<string, unknown>> }[];
}

export const IMPOSSIBLE_TRAVEL: NewIncident = {
  title: 'Impossible travel followed by a mailbox rule',
  description: 'Sign-ins from two countries within ten minutes, then a rule that forwards all mail to an outside address.',
  severity: 'High',
  status: 'New',
  labels: ['identity'],
  tactics: ['InitialAccess', 'CredentialAccess'],
  entities: [
    {
      kind: 'Account',
      properties: {
        accountName: 'alice',
        upnSuffix: 'contoso.com',
        ntDomain: 'CONTOSO',
        aadUserId: ALICE_ID,
        aadTenantId: TENANT,
        sid: 'S-1-5-21-1000000001-1000000002-1000000003-1104',
        isDomainJoined: true,
        displayName: 'Alice Example',
        additionalData: {},
        friendlyName: 'alice',
      },
    },
    {
      kind: 'Host',
      properties: {
        hostName: 'WKS01',
        dnsDomain: 'contoso.com',
        ntDomain: 'CONTOSO',
        netBiosName: 'WKS01',
        osFamily: 'Windows',
        osVersion: '11',
        isDomainJoined: true,
        additionalData: {},
        friendlyName: 'WKS01',
      },
    },
    { kind: 'Ip', properties: { address: '203.0.113.50', additionalData: {}, friendlyName: '203.0.113.50' } },
  ],
};

/** Adds an incident with one alert of a scheduled rule. `age` is how long ago it was created, in ms. */
export function addIncident(state: SentinelState, wanted: NewIncident, now: Date, age = 0): SentinelIncident {
  const created = new Date(now.getTime() - age);
  const time = ticks(created);
  const ruleId = armId('alertRules', RULE);
  const incident: SentinelIncident = {
    name: randomUUID(),
    etag: nextEtag(state),
    title: wanted.title,
    description: wanted.description,
    severity: wanted.severity,
    status: wanted.status,
    owner: { objectId: null, email: null, assignedTo: null, userPrincipalName: null },
    labels: wanted.labels.map((labelName) => ({ labelName, labelType: 'User' })),
    firstActivityTimeUtc: seconds(created, -15),
    lastActivityTimeUtc: seconds(created, -5),
    createdTimeUtc: time,
    lastModifiedTimeUtc: time,
    incidentNumber: state.nextNumber,
    ruleIds: [ruleId],
    tactics: [...wanted.tactics],
    techniques: ['T1078'],
    alerts: [makeAlert(wanted, created)],
    entities: wanted.entities.map(({ kind, properties }) => ({ name: randomUUID(), kind, properties: { ...properties } })),
    comments: [],
    tasks: [],
    playbookRuns: [],
  };
  state.nextNumber += 1;
  state.incidents.push(incident);
  return incident;
}

/** Exactly what a playbook with the incident trigger receives. */
export function triggerBody(incident: SentinelIncident, event: 'Create' | 'Update'): Record<string, unknown> {
  const described = describeIncident(incident);
  return {
    eventUniqueId: randomUUID(),
    objectSchemaType: 'Incident',
    objectEventType: event,
    workspaceInfo: { SubscriptionId: WORKSPACE.subscription, ResourceGroupName: WORKSPACE.resourceGroup, WorkspaceName: WORKSPACE.name },
    workspaceId: WORKSPACE.customerId,
    object: {
      ...described,
      properties: {
        ...described.properties,
        alerts: incident.alerts.map(describeRelated),
        bookmarks: [],
        relatedEntities: incident.entities.map(describeRelated),
        comments: incident.comments.map((comment) => describeComment(incident, comment)),
      },
    },
  };
}

function makeAlert(wanted: NewIncident, created: Date): Related {
  const id = randomUUID();
  return {
    name: id,
    kind: 'SecurityAlert',
    properties: {
      systemAlertId: id,
      tactics: [...wanted.tactics],
      alertDisplayName: wanted.title,
      description: wanted.description,
      confidenceLevel: 'Unknown',
      severity: wanted.severity,
      vendorName: 'Microsoft',
      productName: 'Azure Sentinel',
      productComponentName: 'Scheduled Alerts',
      alertType: `${WORKSPACE.customerId}_${RULE}`,
      providerAlertId: randomUUID(),
      processingEndTime: ticks(created),
      status: 'New',
      endTimeUtc: seconds(created, -5),
      startTimeUtc: seconds(created, -15),
      timeGenerated: ticks(created),
      resourceIdentifiers: [
        {
          type: 'LogAnalytics',
          workspaceId: WORKSPACE.customerId,
          subscriptionId: WORKSPACE.subscription,
          resourceGroup: WORKSPACE.resourceGroup,
        },
      ],
      additionalData: { 'Query Period': '01:00:00', 'Trigger Operator': 'GreaterThan', 'Trigger Threshold': '0' },
      friendlyName: wanted.title,
    },
  };
}

/** Activity times come without fraction. */
function seconds(time: Date, minutes: number): string {
  return `${new Date(time.getTime() + minutes * 60_000).toISOString().slice(0, 19)}Z`;
}
