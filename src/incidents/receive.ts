// An incident arrives or changes: deduplicated by its source's identity and saved with the rules still to be applied, in one
// transaction. Only after that may the sender be told that it was taken.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { recordAudit } from '../audit/audit.ts';
import { type ParsedIncident, parseIncident, parseIncidentTrigger } from '../connectors/sentinel/parse.ts';
import { messageOf, type Refusal, refuse } from '../model/errors.ts';
import type { Incident } from '../model/incident.ts';
import type { Place } from '../model/place.ts';
import { ensureSurface, raiseSurfaces } from '../outbox/surfaces.ts';
import type { Store, Tx } from '../store/db.ts';
import { savable, savableJson } from '../store/savable.ts';

export interface Received {
  readonly incidentId: string;
  /** `unchanged`: an older or identical version came again; nothing was written. */
  readonly change: 'created' | 'updated' | 'unchanged';
}

/** What rules still have to be applied to: the event, and the rules done so far. */
export interface RulesPending {
  readonly event: 'incident-created' | 'incident-updated';
  readonly version: number;
  readonly done: readonly string[];
  /** Version of a change that came before these rules were done: the rules for updates follow. */
  readonly changedAt?: number;
}

/** Reads a Sentinel body: what an incident-triggered playbook receives, or the incident of the REST API. */
export function readSentinelBody(body: unknown): ParsedIncident | Refusal {
  try {
    return typeof body === 'object' && body !== null && 'object' in body ? parseIncidentTrigger(body).incident : parseIncident(body);
  } catch (error) {
    return refuse(
      `The incident cannot be read: ${messageOf(error).replace(/\.$/, '')}.`,
      'Send the body of the Sentinel incident trigger, or an incident as the REST API answers it.',
    );
  }
}

/** Saves one delivery. Re-ordered and repeated deliveries end in the same state: an older version changes nothing. */
export async function saveIncident(store: Store, parsed: ParsedIncident, places: readonly Place[]): Promise<Received> {
  return store.transaction(async (tx) => {
    const created = await insert(tx, parsed, places);
    return created ?? update(tx, parsed);
  });
}

async function insert(tx: Tx, parsed: ParsedIncident, places: readonly Place[]): Promise<Received | null> {
  const incident: Incident = { ...parsed, id: randomUUID(), evidenceTimes: evidenceTimes(parsed) };
  const pending: RulesPending = { event: 'incident-created', version: 1, done: [] };
  const { rowCount } = await tx.query(
    `INSERT INTO incident (id, key, source, number, title, severity, status, body, rules_pending) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (key) DO NOTHING`,
    [
      incident.id,
      incident.key,
      incident.source,
      incident.number,
      savable(incident.title),
      incident.severity,
      incident.status,
      savableJson(incident),
      JSON.stringify(pending),
    ],
  );
  if (rowCount !== 1) return null;
  for (const place of places) await ensureSurface(tx, { kind: 'incident', id: incident.id }, place, { byPerson: false });
  await recordAudit(tx, {
    kind: 'incident received',
    who: incident.source,
    what: { incident: incident.id, number: incident.number, key: incident.key },
  });
  return { incidentId: incident.id, change: 'created' };
}

async function update(tx: Tx, parsed: ParsedIncident): Promise<Received> {
  const { rows } = await tx.query<{ id: string; version: number; body: Incident; rules_pending: RulesPending | null }>(
    'SELECT id, version, body, rules_pending FROM incident WHERE key = $1 FOR UPDATE',
    [parsed.key],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`incident ${parsed.key} was deleted while it was saved`);
  const merged = merge(row.body, parsed);
  if (merged === null) return { incidentId: row.id, change: 'unchanged' };
  const version = row.version + 1;
  // Rules that are still to be applied come first; they see the newer state.
  const pending: RulesPending =
    row.rules_pending === null ? { event: 'incident-updated', version, done: [] } : { ...row.rules_pending, changedAt: version };
  await writeIncident(tx, merged, pending);
  await recordAudit(tx, {
    kind: 'incident received',
    who: parsed.source,
    what: { incident: row.id, number: merged.number, version },
  });
  return { incidentId: row.id, change: 'updated' };
}

/**
 * The incident after a delivery; null when that changes nothing. The newest delivery wins, and alerts and entities are those of the
 * newest delivery that had any: a leaner body takes no evidence away, and a late one can still bring it.
 */
function merge(known: Incident, parsed: ParsedIncident): Incident | null {
  const isOlder = parsed.lastModifiedTime !== '' && parsed.lastModifiedTime < known.lastModifiedTime;
  const { alerts, entities } = known.evidenceTimes ?? { alerts: known.lastModifiedTime, entities: known.lastModifiedTime };
  const hasAlerts = parsed.alerts.length > 0 && (!isOlder || parsed.lastModifiedTime > alerts || known.alerts.length === 0);
  const hasEntities = parsed.entities.length > 0 && (!isOlder || parsed.lastModifiedTime > entities || known.entities.length === 0);
  // What says no time counts as newest, and leaves the time that later deliveries are compared with.
  const time = parsed.lastModifiedTime === '' ? known.lastModifiedTime : parsed.lastModifiedTime;
  const merged: Incident = {
    ...(isOlder ? known : { ...parsed, id: known.id, lastModifiedTime: time }),
    alerts: hasAlerts ? parsed.alerts : known.alerts,
    entities: hasEntities ? parsed.entities : known.entities,
    evidenceTimes: { alerts: hasAlerts ? time : alerts, entities: hasEntities ? time : entities },
  };
  // Not as text: jsonb gives properties back in an order of its own.
  return isDeepStrictEqual(merged, { ...known, evidenceTimes: { alerts, entities } }) ? null : merged;
}

/** When the alerts and entities of a first delivery were so. */
function evidenceTimes({ alerts, entities, lastModifiedTime }: ParsedIncident): NonNullable<Incident['evidenceTimes']> {
  return { alerts: alerts.length > 0 ? lastModifiedTime : '', entities: entities.length > 0 ? lastModifiedTime : '' };
}

/** What Picket itself wrote to the source, as the source has it now: saved and shown, and no rule fires. */
export async function mirrorIncident(tx: Tx, parsed: ParsedIncident): Promise<void> {
  const { rows } = await tx.query<{ body: Incident; rules_pending: RulesPending | null }>(
    'SELECT body, rules_pending FROM incident WHERE key = $1 FOR UPDATE',
    [parsed.key],
  );
  const row = rows[0];
  if (row === undefined) return;
  const merged = merge(row.body, parsed);
  if (merged !== null) await writeIncident(tx, merged, row.rules_pending);
}

/** Writes the newest state; the caller holds the row's lock. */
async function writeIncident(tx: Tx, incident: Incident, pending: RulesPending | null): Promise<void> {
  await tx.query(
    `UPDATE incident SET title = $2, severity = $3, status = $4, body = $5, rules_pending = $6, version = version + 1, number = $7, updated_at = now() WHERE id = $1`,
    [
      incident.id,
      savable(incident.title),
      incident.severity,
      incident.status,
      savableJson(incident),
      pending === null ? null : JSON.stringify(pending),
      incident.number,
    ],
  );
  await raiseSurfaces(tx, { kind: 'incident', id: incident.id }, { byPerson: false });
}
