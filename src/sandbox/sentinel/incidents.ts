// Incidents: list, read, replace, and what hangs on them read-only. A PUT replaces the whole and must carry the current etag.
import { z } from 'zod';
import { CLASSIFICATION_REASONS, CLASSIFICATIONS, INCIDENT_STATUSES, SEVERITIES } from '../../model/incident.ts';
import { type Answer, type Call, empty, json, Problem, readJson } from '../call.ts';
import { compileFilter, compileOrder, readTop } from '../odata.ts';
import type { World } from '../world.ts';
import { describeIncident, describeRelated } from './describe.ts';
import { nextEtag, type SentinelIncident, ticks } from './state.ts';

const SORTABLE = ['lastModifiedTimeUtc', 'createdTimeUtc', 'status', 'severity', 'title', 'incidentNumber', 'providerIncidentId'].map(
  (name) => `properties/${name}`,
);

const Time = z.iso.datetime({ offset: true }).optional();
// Read-only properties of an earlier GET are taken and ignored; a misspelt one is refused, where the service would drop it in silence.
const IncidentBody = z.strictObject({
  etag: z.string().optional(),
  id: z.string().optional(),
  name: z.string().optional(),
  type: z.string().optional(),
  properties: z.strictObject({
    title: z.string().min(1),
    description: z.string().max(5000).default(''),
    severity: z.enum(SEVERITIES),
    status: z.enum(INCIDENT_STATUSES),
    classification: z.enum(CLASSIFICATIONS).optional(),
    classificationReason: z.enum(['SuspiciousActivity', 'SuspiciousButExpected', 'IncorrectAlertLogic', 'InaccurateData']).optional(),
    classificationComment: z.string().optional(),
    owner: z
      .strictObject({
        objectId: z.guid().nullish(),
        email: z.string().nullish(),
        assignedTo: z.string().nullish(),
        userPrincipalName: z.string().nullish(),
        ownerType: z.enum(['Unknown', 'User', 'Group']).optional(),
      })
      .optional(),
    labels: z
      .array(z.strictObject({ labelName: z.string().min(1), labelType: z.enum(['User', 'AutoAssigned']).default('User') }))
      .default([]),
    firstActivityTimeUtc: Time,
    lastActivityTimeUtc: Time,
    additionalData: z.unknown().optional(),
    createdTimeUtc: z.unknown().optional(),
    lastModifiedTimeUtc: z.unknown().optional(),
    incidentNumber: z.unknown().optional(),
    incidentUrl: z.unknown().optional(),
    providerName: z.unknown().optional(),
    providerIncidentId: z.unknown().optional(),
    relatedAnalyticRuleIds: z.unknown().optional(),
  }),
});
type IncidentBody = z.infer<typeof IncidentBody>;

const PlaybookBody = z.strictObject({
  logicAppsResourceId: z
    .string()
    .regex(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.(Logic\/workflows|Web\/sites)\/[^/]+/i),
  tenantId: z.guid(),
});

/** The incident by its name, without regard to case. */
export function findIncident(world: World, name: string): SentinelIncident {
  const found = world.sentinel.incidents.find((incident) => incident.name.toLowerCase() === name.toLowerCase());
  if (found === undefined) throw new Problem(404, 'NotFound', `Incident '${name}' was not found.`);
  return found;
}

export function listIncidents(world: World, call: Call): Answer {
  const filter = call.query.get('$filter');
  const order = compileOrder(call.query.get('$orderby') ?? 'properties/lastModifiedTimeUtc desc', SORTABLE);
  const matches = filter === null ? () => true : compileFilter(filter, SORTABLE);
  const found = world.sentinel.incidents.map(describeIncident).filter(matches).sort(order);
  return page(call, found, { default: 50, max: 1000 });
}

/** One page of a list with the link to the next one. */
export function page(call: Call, found: readonly unknown[], limits: { default: number; max: number }): Answer {
  const top = readTop(call.query.get('$top'), limits);
  const skip = Number(call.query.get('$skipToken') ?? 0);
  const next = new URLSearchParams(call.query);
  next.set('$skipToken', String(skip + top));
  return json(200, {
    value: found.slice(skip, skip + top),
    ...(skip + top < found.length ? { nextLink: `${call.base}${call.path}?${next.toString()}` } : {}),
  });
}

export function getIncident(world: World, _call: Call, [name = '']: readonly string[]): Answer {
  return json(200, describeIncident(findIncident(world, name)));
}

export function putIncident(world: World, call: Call, [name = '']: readonly string[]): Answer {
  const body = IncidentBody.safeParse(readJson(call));
  if (!body.success) throw new Problem(400, 'BadRequest', z.prettifyError(body.error));
  checkClassification(body.data);
  const existing = world.sentinel.incidents.find((incident) => incident.name.toLowerCase() === name.toLowerCase());
  if (existing === undefined) {
    const incident = createIncident(world, call, name, body.data);
    return json(201, describeIncident(incident));
  }
  // A missing etag is refused as well: sources disagree on the service, and a client that always sends it is right with both.
  if (body.data.etag !== existing.etag) {
    throw new Problem(409, 'Conflict', `Newer version of resource '${existing.name}' exists. Data was not saved`);
  }
  replace(existing, body.data);
  existing.etag = nextEtag(world.sentinel);
  existing.lastModifiedTimeUtc = ticks(call.now);
  return json(200, describeIncident(existing));
}

export function listAlerts(world: World, _call: Call, [name = '']: readonly string[]): Answer {
  return json(200, { value: findIncident(world, name).alerts.map(describeRelated) });
}

export function listEntities(world: World, _call: Call, [name = '']: readonly string[]): Answer {
  const { entities } = findIncident(world, name);
  const kinds = [...new Set(entities.map((entity) => entity.kind))];
  return json(200, {
    entities: entities.map(describeRelated),
    metaData: kinds.map((entityKind) => ({ entityKind, count: entities.filter((entity) => entity.kind === entityKind).length })),
  });
}

export function listNothing(world: World, _call: Call, [name = '']: readonly string[]): Answer {
  findIncident(world, name);
  return json(200, { value: [] });
}

/** 204 means accepted. There is no run id, and the same call again is a second run. */
export function runPlaybook(world: World, call: Call, [name = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  const body = PlaybookBody.safeParse(readJson(call));
  if (!body.success) throw new Problem(400, 'BadRequest', z.prettifyError(body.error));
  incident.playbookRuns.push({ ...body.data, at: call.now.toISOString() });
  return empty(204);
}

function checkClassification({ properties }: IncidentBody): void {
  const { status, classification, classificationReason } = properties;
  if (status === 'Closed' && classification === undefined) {
    throw new Problem(400, 'BadRequest', 'Classification is required when the status is Closed.');
  }
  if (classification === undefined) {
    if (classificationReason !== undefined) throw new Problem(400, 'BadRequest', 'classificationReason needs a classification.');
    return;
  }
  const reasons: readonly string[] = CLASSIFICATION_REASONS[classification];
  const fits = reasons.length === 0 ? classificationReason === undefined : reasons.includes(classificationReason ?? '');
  if (!fits)
    throw new Problem(400, 'BadRequest', `Classification '${classification}' does not go with the reason '${classificationReason ?? ''}'.`);
}

function createIncident(world: World, call: Call, name: string, body: IncidentBody): SentinelIncident {
  const time = ticks(call.now);
  const incident: SentinelIncident = {
    name,
    etag: nextEtag(world.sentinel),
    title: '',
    description: '',
    severity: 'Low',
    status: 'New',
    labels: [],
    owner: { objectId: null, email: null, assignedTo: null, userPrincipalName: null },
    createdTimeUtc: time,
    lastModifiedTimeUtc: time,
    incidentNumber: world.sentinel.nextNumber,
    ruleIds: [],
    tactics: [],
    techniques: [],
    alerts: [],
    entities: [],
    comments: [],
    tasks: [],
    playbookRuns: [],
  };
  world.sentinel.nextNumber += 1;
  replace(incident, body);
  world.sentinel.incidents.push(incident);
  return incident;
}

/** What the body leaves out is cleared. */
function replace(incident: SentinelIncident, { properties }: IncidentBody): void {
  const { title, description, severity, status, labels, owner } = properties;
  const { classification, classificationReason, classificationComment, firstActivityTimeUtc, lastActivityTimeUtc } = properties;
  Object.assign(incident, { title, description, severity, status, labels });
  Object.assign(incident, { classification, classificationReason, classificationComment, firstActivityTimeUtc, lastActivityTimeUtc });
  incident.owner = {
    objectId: owner?.objectId ?? null,
    email: owner?.email ?? null,
    assignedTo: owner?.assignedTo ?? null,
    userPrincipalName: owner?.userPrincipalName ?? null,
    ...(owner?.ownerType === undefined ? {} : { ownerType: owner.ownerType }),
  };
}
