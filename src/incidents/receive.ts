// An incident arrives or changes: deduplicated by its source's identity and saved with the rules still to be applied, in one
// transaction. Only after that may the sender be told that it was taken.
import { randomUUID } from 'node:crypto';
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
}

/** Reads a Sentinel body: what an incident-triggered playbook receives, or the incident of the REST API. */
export function readSentinelBody(body: unknown): ParsedIncident | Refusal {
  try {
    return typeof body === 'object' && body !== null && 'object' in body ? parseIncidentTrigger(body).incident : parseIncident(body);
  } catch (error) {
    return refuse(
      `The incident cannot be read: ${messageOf(error)}.`,
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
  const incident: Incident = { ...parsed, id: randomUUID() };
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
  // Created rules that are still to be applied come first; they see the newer state.
  const pending = row.rules_pending ?? { event: 'incident-updated', version: row.version + 1, done: [] };
  await writeIncident(tx, merged, pending);
  await recordAudit(tx, {
    kind: 'incident received',
    who: parsed.source,
    what: { incident: row.id, number: merged.number, version: row.version + 1 },
  });
  return { incidentId: row.id, change: 'updated' };
}

/** The incident after a delivery; null when the delivery is not newer than what stands. Evidence is never lost by a leaner body. */
function merge(known: Incident, parsed: ParsedIncident): Incident | null {
  if (parsed.lastModifiedTime !== '' && parsed.lastModifiedTime < known.lastModifiedTime) return null;
  const merged: Incident = {
    ...parsed,
    id: known.id,
    alerts: parsed.alerts.length > 0 ? parsed.alerts : known.alerts,
    entities: parsed.entities.length > 0 ? parsed.entities : known.entities,
  };
  return JSON.stringify(merged) === JSON.stringify(known) ? null : merged;
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
