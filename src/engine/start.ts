// Starting a run: saved whole before anything happens. The same key again answers the run that stands.
import { randomUUID } from 'node:crypto';
import { recordAudit } from '../audit/audit.ts';
import type { Entity } from '../model/entity.ts';
import { type Refusal, refuse } from '../model/errors.ts';
import type { Playbook, Scope } from '../model/playbook.ts';
import type { StartRun, Subject } from '../model/run.ts';
import { ensureSurface } from '../outbox/surfaces.ts';
import { buildScope } from '../playbooks/scope.ts';
import type { Tx } from '../store/db.ts';
import { savable, savableJson } from '../store/savable.ts';
import type { EngineContext } from './context.ts';
import type { Burst } from './launcher.ts';
import { showRun } from './lines.ts';

export interface Started {
  readonly runId: string;
  readonly number: number;
  /** True when a run with this key stood already. */
  readonly existing: boolean;
  /** To be launched after the commit; empty for a run that could not begin. */
  readonly bursts: readonly Burst[];
}

/**
 * Saves a run in the caller's transaction. A person is refused what cannot begin; for a rule the run is saved as failed,
 * so that the incident's card and the log tell.
 */
export async function startIn(context: EngineContext, tx: Tx, request: StartRun): Promise<Started | Refusal> {
  const playbook = context.playbooks().get(request.playbook);
  if (playbook === undefined) return refuse(`There is no playbook ${request.playbook}.`, 'See /playbook list.');
  const id = randomUUID();
  const standing = await tx.query<{ id: string; number: string }>('SELECT id, number FROM run WHERE start_key = $1', [request.key]);
  const known = standing.rows[0];
  if (known !== undefined) return { runId: known.id, number: Number(known.number), existing: true, bursts: [] };

  const entity = request.subject.kind === 'entity' ? request.subject.entity : null;
  const alertId = request.subject.kind === 'alert' ? request.subject.alertId : '';
  const startedBy = request.cause.kind === 'person' ? request.cause.person : `rule ${request.cause.rule}`;
  const numbered = await tx.query<{ number: string }>(`SELECT nextval(pg_get_serial_sequence('picket.run', 'number')) AS number`);
  const number = Number(numbered.rows[0]?.number);
  const run = { id, number, playbook: playbook.name, started_by: startedBy, url: context.ports.runUrl(id) };
  const built = buildScope({ playbook, subject: entity, incident: request.incident, alertId, inputs: request.inputs, run });
  if ('refused' in built && request.cause.kind === 'person') return built;
  const failure = 'refused' in built ? `${built.why} ${built.remedy}`.trim() : '';
  const scope: Scope = 'refused' in built ? {} : built.scope;

  const text = tx.query('INSERT INTO playbook_text (hash, name, text) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
    playbook.hash,
    playbook.name,
    playbook.text,
  ]);
  const [inserted] = await Promise.all([insertRun(tx, { request, playbook, id, number, scope, failure }), text]);
  if (!inserted) return startIn(context, tx, request);
  const entities = insertEntities(tx, id, entity, request);
  const audited = recordAudit(tx, {
    kind: 'run started',
    who: startedBy,
    what: { run: id, number, playbook: playbook.name, hash: playbook.hash, subject: describeSubject(request.subject), failure },
  });
  const byPerson = request.cause.kind === 'person';
  await Promise.all([
    entities,
    audited,
    request.place === null ? null : ensureSurface(tx, { kind: 'run', id }, request.place, { byPerson: true }),
    showRun(tx, { id, incidentId: request.incident?.id ?? null }, { byPerson }),
    failure === '' ? tx.query(`INSERT INTO run_line (run_id, line, by_person) VALUES ($1, 'main', $2)`, [id, byPerson]) : null,
  ]);
  if (failure !== '') return { runId: id, number, existing: false, bursts: [] };
  if (playbook.timeLimitMs > 0) await context.durable().setTimer(tx, `limit:${id}`, { kind: 'limit', runId: id }, playbook.timeLimitMs);
  return { runId: id, number, existing: false, bursts: [{ runId: id, line: 'main', n: 1 }] };
}

interface NewRun {
  readonly request: StartRun;
  readonly playbook: Playbook;
  readonly id: string;
  readonly number: number;
  readonly scope: Scope;
  readonly failure: string;
}

async function insertRun(tx: Tx, { request, playbook, id, number, scope, failure }: NewRun): Promise<boolean> {
  const { rowCount } = await tx.query(
    `INSERT INTO run (id, number, start_key, playbook, playbook_hash, root_run, subject, subject_display, incident_id, scope, cause, by_person, place, status, summary, error, finished_at, limit_at)
     OVERRIDING SYSTEM VALUE
     VALUES ($1, $2, $3, $4, $5, $1, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, CASE WHEN $13 = 'failed' THEN clock_timestamp() END,
       CASE WHEN $15::bigint > 0 THEN clock_timestamp() + $15::bigint * interval '1 millisecond' END)
     ON CONFLICT (start_key) DO NOTHING`,
    [
      id,
      number,
      request.key,
      playbook.name,
      playbook.hash,
      savableJson(request.subject),
      savable(displaySubject(request)),
      request.incident?.id ?? null,
      savableJson(scope),
      JSON.stringify(request.cause),
      request.cause.kind === 'person',
      request.place === null ? null : JSON.stringify(request.place),
      failure === '' ? 'running' : 'failed',
      savable(failure),
      playbook.timeLimitMs,
    ],
  );
  return rowCount === 1;
}

async function insertEntities(tx: Tx, runId: string, entity: Entity | null, request: StartRun): Promise<void> {
  const entities = [...(entity === null ? [] : [entity]), ...(request.incident?.entities ?? [])];
  if (entities.length === 0) return;
  await tx.query(
    `INSERT INTO run_entity (kind, value, started_at, run_id)
     SELECT DISTINCT kind, value, now(), $1::uuid FROM unnest($2::text[], $3::text[]) AS given (kind, value) ON CONFLICT DO NOTHING`,
    [runId, entities.map((one) => one.kind), entities.map((one) => one.key)],
  );
}

function displaySubject(request: StartRun): string {
  const { subject, incident } = request;
  if (subject.kind === 'entity') return subject.entity.display;
  const name = incident === null ? '' : `#${incident.number} ${incident.title}`.slice(0, 200);
  return subject.kind === 'alert' ? `alert of ${name}` : name;
}

function describeSubject(subject: Subject): Record<string, string> {
  if (subject.kind === 'entity') return { kind: subject.entity.kind, key: subject.entity.key };
  return subject.kind === 'alert'
    ? { kind: 'alert', incident: subject.incidentId, alert: subject.alertId }
    : { kind: 'incident', incident: subject.incidentId };
}
