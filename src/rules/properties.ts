// The properties that conditions can name: what each reads, and the operators Sentinel offers for it. A new one is one line here.
import type { EntityKind } from '../model/entity.ts';
import { INCIDENT_STATUSES, SEVERITIES } from '../model/incident.ts';
import type { RuleEvent, RuleTrigger } from './event.ts';
import type { Operator } from './operators.ts';

export interface Property {
  /** What it is in this event, none, one or several texts. */
  readonly read: (event: RuleEvent) => readonly string[];
  readonly operators: readonly Operator[];
  readonly triggers: readonly RuleTrigger[];
  /** The only values there are; absent: any text. */
  readonly values?: readonly string[];
}

const EQUALITY: readonly Operator[] = ['Equals', 'NotEquals'];
const MEMBERSHIP: readonly Operator[] = ['Contains', 'NotContains'];
const ALL: readonly Operator[] = [...EQUALITY, ...MEMBERSHIP, 'StartsWith', 'NotStartsWith', 'EndsWith', 'NotEndsWith'];
const INCIDENTS: readonly RuleTrigger[] = ['incident-created', 'incident-updated'];
const ALERTS: readonly RuleTrigger[] = ['alert-created'];

// Names: AutomationRules.json of securityinsights 2024-03-01. Operators: MicrosoftDocs, create-manage-use-automation-rules.
export const PROPERTIES = {
  IncidentTitle: text(({ incident }) => [incident.title]),
  IncidentDescription: text(({ incident }) => [incident.description]),
  IncidentSeverity: { ...text(({ incident }) => [incident.severity]), operators: EQUALITY, values: SEVERITIES },
  IncidentStatus: { ...text(({ incident }) => [incident.status]), operators: EQUALITY, values: INCIDENT_STATUSES },
  IncidentTactics: { ...text(({ incident }) => incident.tactics), operators: MEMBERSHIP },
  IncidentLabel: text(({ incident }) => incident.tags),
  IncidentProviderName: text(({ incident }) => [incident.providerName]),
  IncidentRelatedAnalyticRuleIds: { ...text(({ incident }) => incident.analyticRuleIds), operators: [...MEMBERSHIP, ...EQUALITY] },
  AlertProductNames: { ...text(({ incident }) => incident.productNames), operators: MEMBERSHIP },
  AlertAnalyticRuleIds: {
    read: ({ alert, incident }: RuleEvent) => (alert === undefined ? incident.alerts : [alert]).map(({ analyticRuleId }) => analyticRuleId),
    operators: [...MEMBERSHIP, ...EQUALITY],
    triggers: [...INCIDENTS, ...ALERTS],
  },
  AccountAadTenantId: entity('account', 'aadTenantId'),
  AccountAadUserId: entity('account', 'aadUserId'),
  AccountName: entity('account', 'name'),
  AccountNTDomain: entity('account', 'ntDomain'),
  AccountSid: entity('account', 'sid'),
  AccountUPNSuffix: entity('account', 'upnSuffix'),
  HostAzureID: entity('host', 'azureId'),
  HostName: entity('host', 'hostName'),
  HostNetBiosName: entity('host', 'netBiosName'),
  HostNTDomain: entity('host', 'ntDomain'),
  HostOSVersion: entity('host', 'osVersion'),
  IPAddress: entity('ip', 'address'),
  Url: entity('url', 'url'),
  DNSDomainName: entity('dns', 'domainName'),
  FileHashValue: entity('filehash', 'hash'),
} as const satisfies Record<string, Property>;

export type PropertyName = keyof typeof PROPERTIES;

export function isPropertyName(name: string): name is PropertyName {
  return Object.hasOwn(PROPERTIES, name);
}

/** The entities of the event: of its alert when it has one. */
export function entitiesOf({ alert, incident }: RuleEvent): RuleEvent['incident']['entities'] {
  return alert === undefined ? incident.entities : alert.entities;
}

function text(read: Property['read']): Property {
  return { read, operators: ALL, triggers: INCIDENTS };
}

/** A field of every entity of a kind; unknown fields are as if the entity were not there. */
function entity(kind: EntityKind, field: string): Property {
  return {
    read: (event) =>
      entitiesOf(event)
        .filter((candidate) => candidate.kind === kind)
        .map(({ fields }) => fields[field] ?? '')
        .filter((value) => value !== ''),
    operators: ALL,
    triggers: INCIDENTS,
  };
}
