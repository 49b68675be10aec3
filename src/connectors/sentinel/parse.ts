// What Sentinel sends into what Picket keeps: incidents of the API, and the bodies of incident, alert and entity triggers.
// Everything but the identity may be missing or of the wrong type; texts are kept as they are, hostile or not, but bounded.
import type { Entity } from '../../model/entity.ts';
import { ActionError } from '../../model/errors.ts';
import { type Alert, INCIDENT_STATUSES, type Incident, type IncidentOwner, SEVERITIES } from '../../model/incident.ts';
import { parseAlert } from './parse-alert.ts';
import { parseEntities, parseEntity } from './parse-entities.ts';
import { isObject, type Json, list, object, oneOf, pick, text, texts, time } from './read.ts';

const ARM_ID_BYTES = 1000;

/** An incident before Picket gave it an id of its own. */
export type ParsedIncident = Omit<Incident, 'id'>;

/** A workspace as triggers name it; each part '' when the body does not say. */
export interface Workspace {
  readonly id: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly name: string;
}

export interface ParsedIncidentTrigger {
  readonly event: 'created' | 'updated';
  /** Unique to this delivery, '' when the sender gives none. */
  readonly deliveryId: string;
  readonly incident: ParsedIncident;
  readonly updates: { readonly fields: readonly string[]; readonly by: string; readonly source: string };
  readonly workspace: Workspace;
}

/** Body of the incident trigger: an envelope with the incident under `object`. Throws ActionError naming the field that makes it unusable. */
export function parseIncidentTrigger(body: unknown): ParsedIncidentTrigger {
  const incident = pick(body, 'object');
  if (!isObject(incident)) throw unusable('the incident trigger has no "object" with the incident in it');
  const updates = pick(body, 'incidentUpdates');
  const workspace = pick(body, 'workspaceInfo');
  const updatedBy = pick(updates, 'updatedBy');
  return {
    event: text(pick(body, 'objectEventType')).toLowerCase() === 'update' ? 'updated' : 'created',
    deliveryId: text(pick(body, 'eventUniqueId')),
    incident: parseIncident(incident),
    updates: { fields: texts(pick(updates, 'updatedFields')), by: text(pick(updatedBy, 'name')), source: text(pick(updatedBy, 'source')) },
    workspace: {
      id: text(pick(body, 'workspaceId')),
      subscription: text(pick(workspace, 'subscriptionId')),
      resourceGroup: text(pick(workspace, 'resourceGroupName')),
      name: text(pick(workspace, 'workspaceName')),
    },
  };
}

/**
 * An incident of the API. `related` are the answers of `POST .../alerts` (`value[]`) and `.../entities` (`entities[]`),
 * which the API gives apart; trigger bodies carry both inside. Throws ActionError when it has no id.
 */
export function parseIncident(body: unknown, related: { readonly alerts?: unknown; readonly entities?: unknown } = {}): ParsedIncident {
  const armId = text(pick(body, 'id'), ARM_ID_BYTES + 1);
  if (!isObject(body) || armId === '') throw unusable('the incident has no "id"');
  // A longer one could not be told from others after a cut, and no index could hold it.
  if (Buffer.byteLength(armId) > ARM_ID_BYTES) throw unusable(`the incident's "id" is longer than ${ARM_ID_BYTES} bytes`);
  if (!armId.startsWith('/')) throw unusable('the incident\'s "id" is not an ARM id (/subscriptions/...)');
  const properties = pick(body, 'properties');
  if (!isObject(properties)) throw unusable('the incident has no "properties"');
  const more = object(pick(properties, 'additionalData'));
  const alerts = parseAlerts(related.alerts ?? pick(properties, 'alerts'));
  const own = parseEntities(listIn(related.entities, 'entities') ?? pick(properties, 'relatedEntities', 'entities'));
  return {
    source: 'sentinel',
    key: armId.toLowerCase(),
    armId,
    number: wholeNumber(pick(properties, 'incidentNumber')) || wholeNumber(pick(properties, 'providerIncidentId')),
    etag: text(pick(body, 'etag')),
    title: text(pick(properties, 'title'), 500) || 'Incident without a title',
    description: text(pick(properties, 'description'), 5000),
    severity: oneOf(pick(properties, 'severity'), SEVERITIES, 'Informational'),
    status: oneOf(pick(properties, 'status'), INCIDENT_STATUSES, 'New'),
    classification: text(pick(properties, 'classification')),
    classificationReason: text(pick(properties, 'classificationReason')),
    classificationComment: text(pick(properties, 'classificationComment'), 5000),
    owner: parseOwner(pick(properties, 'owner')),
    tags: texts(list(pick(properties, 'labels')).map((label) => (isObject(label) ? pick(label, 'labelName') : label))),
    tactics: texts(pick(more, 'tactics')),
    techniques: texts(pick(more, 'techniques')),
    productNames: texts(pick(more, 'alertProductNames')),
    providerName: text(pick(properties, 'providerName')),
    analyticRuleIds: texts(pick(properties, 'relatedAnalyticRuleIds')),
    url: webLink(text(pick(properties, 'incidentUrl'), 2000)),
    createdTime: time(pick(properties, 'createdTimeUtc')),
    lastModifiedTime: time(pick(properties, 'lastModifiedTimeUtc')),
    firstActivityTime: time(pick(properties, 'firstActivityTimeUtc')),
    lastActivityTime: time(pick(properties, 'lastActivityTimeUtc')),
    alerts,
    alertsCount: Math.max(wholeNumber(pick(more, 'alertsCount')), alerts.length),
    entities: distinct([...own, ...alerts.flatMap((alert) => alert.entities)]),
  };
}

export interface ParsedAlertTrigger {
  readonly alert: Alert;
  readonly workspace: Workspace;
}

/** Body of the alert trigger: the alert itself, without an envelope. The workspace is named by its GUID alone. */
export function parseAlertTrigger(body: unknown): ParsedAlertTrigger {
  const alert = parseAlert(body);
  if (alert === null) throw unusable('the alert has no "SystemAlertId"');
  return {
    alert,
    workspace: {
      id: text(pick(body, 'workspaceId')),
      subscription: text(pick(body, 'workspaceSubscriptionId')),
      resourceGroup: text(pick(body, 'workspaceResourceGroup')),
      name: '',
    },
  };
}

export interface ParsedEntityTrigger {
  readonly entity: Entity;
  /** ARM id of the incident it was started from, '' when hunting. */
  readonly incidentArmId: string;
  readonly workspaceId: string;
}

/** Body of the entity trigger. */
export function parseEntityTrigger(body: unknown): ParsedEntityTrigger {
  const given = pick(body, 'entity');
  if (!isObject(given)) throw unusable('the entity trigger has no "Entity"');
  const entity = parseEntity(given);
  if (entity === null)
    throw unusable('"Entity" is none of Account, Host, IP, URL, DNS, FileHash, or nothing in its "properties" identifies it');
  return { entity, incidentArmId: text(pick(body, 'incidentArmId'), 1000), workspaceId: text(pick(body, 'workspaceId')) };
}

function parseAlerts(value: unknown): readonly Alert[] {
  const found = new Map<string, Alert>();
  // 150 alerts is Sentinel's own limit for an incident.
  for (const item of list(listIn(value, 'value'), 150)) {
    const alert = parseAlert(item);
    if (alert !== null && !found.has(alert.id)) found.set(alert.id, alert);
  }
  return [...found.values()];
}

/** The list itself, or the list in the envelope of an answer. */
function listIn(value: unknown, name: string): unknown {
  return isObject(value) ? pick(value, name) : value;
}

function distinct(entities: readonly Entity[]): readonly Entity[] {
  const found = new Map<string, Entity>();
  for (const entity of entities) if (!found.has(`${entity.kind}:${entity.key}`)) found.set(`${entity.kind}:${entity.key}`, entity);
  return [...found.values()].slice(0, 500);
}

/** null when nobody owns it: the API then sends an owner whose fields are all null. */
function parseOwner(value: unknown): IncidentOwner | null {
  if (!isObject(value)) return null;
  const read = (owner: Json, name: string): string => text(pick(owner, name));
  const owner = {
    objectId: read(value, 'objectId'),
    email: read(value, 'email'),
    userPrincipalName: read(value, 'userPrincipalName'),
    assignedTo: read(value, 'assignedTo'),
  };
  return Object.values(owner).every((part) => part === '') ? null : owner;
}

function wholeNumber(value: unknown): number {
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** Links from outside are shown only when they are https. */
function webLink(url: string): string {
  return URL.canParse(url) && new URL(url).protocol === 'https:' ? url : '';
}

function unusable(problem: string): ActionError {
  return new ActionError(`What Sentinel sent cannot be used: ${problem}.`, { connector: 'sentinel' });
}
