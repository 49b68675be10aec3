// The variables of a run, fixed when it starts. A singular entity that is not exactly one is refused here, before the first step.
import { ENTITY_KINDS, type Entity, type EntityKind } from '../model/entity.ts';
import { isRefusal, type Refusal, refuse } from '../model/errors.ts';
import type { Alert, Incident } from '../model/incident.ts';
import type { Playbook, Scope } from '../model/playbook.ts';
import { readInputs } from './input-specs.ts';
import { LIST_NAMES } from './trigger.ts';

export interface RunStart {
  readonly playbook: Playbook;
  /** The entity of an entity run, null otherwise. */
  readonly subject: Entity | null;
  readonly incident: Incident | null;
  /** '' unless the run is on an alert of the incident. */
  readonly alertId: string;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly run: {
    readonly id: string;
    readonly number: number;
    readonly playbook: string;
    readonly started_by: string;
    readonly url: string;
  };
}

/** Makes the variables of a run, or says why the playbook cannot run on this subject with these inputs. */
export function buildScope(start: RunStart): { readonly scope: Scope } | Refusal {
  const inputs = readInputs(start.playbook.inputs, start.inputs);
  if (isRefusal(inputs)) return inputs;
  const subject = subjectScope(start);
  if (isRefusal(subject)) return subject;
  return { scope: { ...subject.scope, inputs: inputs.values, run: { ...start.run }, incident: incidentScope(start.incident) } };
}

function subjectScope({ playbook, subject, incident, alertId }: RunStart): { readonly scope: Scope } | Refusal {
  const { on, name } = playbook;
  if (on.kind === 'entity') {
    if (subject === null) return refuse(`${name} runs on an entity.`, `Name ${wordsFor(on.kinds)}.`);
    if (!on.kinds.includes(subject.kind))
      return refuse(`${name} does not run on ${wordsFor([subject.kind])}.`, `It runs on ${wordsFor(on.kinds)}.`);
    return { scope: on.kinds.length === 1 ? { entity: subject, [subject.kind]: subject } : { entity: subject } };
  }
  if (subject !== null) return refuse(`${name} runs on an ${on.kind}, not on an entity.`, `Name an ${on.kind}.`);
  if (incident === null)
    return refuse(
      `${name} runs on an ${on.kind}.`,
      on.kind === 'incident' ? 'Name the number of an incident.' : 'Name the id of an alert.',
    );
  if (on.kind === 'incident') return entitiesScope(name, on.entities, { pool: incident.entities, of: 'incident' });
  const alert = incident.alerts.find(({ id }) => id === alertId);
  if (alert === undefined) {
    const ids = incident.alerts.map(({ id }) => id);
    return refuse(
      `${name} runs on an alert, and the incident has none with the id '${alertId}'.`,
      ids.length === 0 ? '' : `It has ${listed(ids)}.`,
    );
  }
  const entities = entitiesScope(name, on.entities, { pool: alert.entities, of: 'alert' });
  return isRefusal(entities) ? entities : { scope: { ...entities.scope, alert: alertScope(alert) } };
}

function entitiesScope(
  name: string,
  wanted: readonly EntityKind[],
  { pool, of }: { pool: readonly Entity[]; of: string },
): { readonly scope: Scope } | Refusal {
  const scope: Record<string, unknown> = {};
  for (const kind of ENTITY_KINDS) {
    const entities = [...new Map(pool.filter((entity) => entity.kind === kind).map((entity) => [entity.key, entity])).values()];
    scope[LIST_NAMES[kind]] = entities;
    if (!wanted.includes(kind)) continue;
    const [only] = entities;
    if (only === undefined)
      return refuse(`${name} needs ${wordsFor([kind])}, and this ${of} has none.`, `Run it on an ${of} that has one.`);
    if (entities.length > 1) {
      const shown = listed(entities.map(({ display }) => display));
      return refuse(
        `${name} needs exactly one ${kind}, and this ${of} has ${entities.length}: ${shown}.`,
        `Run a playbook for ${kind} on the one that is meant.`,
      );
    }
    scope[kind] = only;
  }
  return { scope };
}

/** The plain fields of an incident; empty ones when there is none, so that an entity playbook can ask `incident.id != ""`. */
function incidentScope(incident: Incident | null): Scope {
  const { owner } = incident ?? { owner: null };
  return {
    id: incident?.id ?? '',
    source: incident?.source ?? '',
    key: incident?.key ?? '',
    armId: incident?.armId ?? '',
    number: incident?.number ?? 0,
    title: incident?.title ?? '',
    description: incident?.description ?? '',
    severity: incident?.severity ?? '',
    status: incident?.status ?? '',
    classification: incident?.classification ?? '',
    classificationReason: incident?.classificationReason ?? '',
    classificationComment: incident?.classificationComment ?? '',
    owner: [owner?.userPrincipalName, owner?.email, owner?.assignedTo].find((text) => text !== undefined && text !== '') ?? '',
    tags: incident?.tags ?? [],
    tactics: incident?.tactics ?? [],
    techniques: incident?.techniques ?? [],
    productNames: incident?.productNames ?? [],
    providerName: incident?.providerName ?? '',
    analyticRuleIds: incident?.analyticRuleIds ?? [],
    url: incident?.url ?? '',
    createdTime: incident?.createdTime ?? '',
    lastModifiedTime: incident?.lastModifiedTime ?? '',
    firstActivityTime: incident?.firstActivityTime ?? '',
    lastActivityTime: incident?.lastActivityTime ?? '',
    alertsCount: incident?.alertsCount ?? 0,
  };
}

function alertScope(alert: Alert): Scope {
  const { id, title, description, severity, productName, analyticRuleId, tactics, startTime, endTime, customDetails } = alert;
  return { id, title, description, severity, productName, analyticRuleId, tactics, startTime, endTime, customDetails };
}

function wordsFor(kinds: readonly EntityKind[]): string {
  return kinds.map((kind) => (/^[aiu]/.test(kind) ? `an ${kind}` : `a ${kind}`)).join(' or ');
}

function listed(texts: readonly string[]): string {
  return texts.length > 10 ? `${texts.slice(0, 10).join(', ')} and ${texts.length - 10} more` : texts.join(', ');
}
