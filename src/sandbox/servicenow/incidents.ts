// Tickets: two POSTs make two, whatever their correlation_id says; notes append to the journal; closing needs a code and a note.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, type Call, json, Problem, readJson } from '../call.ts';
import { SERVICENOW_LOGIN } from '../settings.ts';
import type { World } from '../world.ts';
import { showRow } from './show.ts';
import { COLUMNS, type Row, stamp } from './state.ts';

const READ_ONLY = [
  'sys_id',
  'number',
  'priority',
  'opened_at',
  'sys_created_on',
  'sys_created_by',
  'sys_updated_on',
  'sys_updated_by',
  'sys_mod_count',
];
/** sys_id of the user that the credentials belong to. */
const CALLER = '0a1b2c3d4e5f60718293a4b5c6d7e8f9';

const Body = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
const Choices = z.object({
  state: z.enum(['1', '2', '3', '6', '7', '8']).optional(),
  urgency: z.enum(['1', '2', '3']).optional(),
  impact: z.enum(['1', '2', '3']).optional(),
});

export function createIncident(world: World, call: Call): Answer {
  const body = readBody(call);
  const at = stamp(call.now);
  const row: Row = Object.fromEntries(COLUMNS.map((column) => [column, '']));
  Object.assign(row, { sys_id: randomUUID().replaceAll('-', ''), number: `INC${String(world.servicenow.nextNumber).padStart(7, '0')}` });
  Object.assign(row, { state: '1', urgency: '3', impact: '3', severity: '3', active: 'true', opened_at: at, opened_by: CALLER });
  Object.assign(row, { sys_created_on: at, sys_created_by: SERVICENOW_LOGIN.user, sys_mod_count: '-1' });
  write(world, call, row, body);
  world.servicenow.nextNumber += 1;
  world.servicenow.incidents.push(row);
  const location = `${call.base}/api/now/table/incident/${row.sys_id}`;
  return json(201, { result: showRow(row, world.servicenow.journal, call) }, { location });
}

export function readIncident(world: World, call: Call, [id = '']: readonly string[]): Answer {
  return json(200, { result: showRow(find(world, id), world.servicenow.journal, call) });
}

export function changeIncident(world: World, call: Call, [id = '']: readonly string[]): Answer {
  const row = find(world, id);
  write(world, call, row, readBody(call));
  return json(200, { result: showRow(row, world.servicenow.journal, call) });
}

function find(world: World, id: string): Row {
  const row = world.servicenow.incidents.find((candidate) => candidate.sys_id === id);
  if (row === undefined) throw new Problem(404, 'No Record found', "Record doesn't exist or ACL restricts the record retrieval");
  return row;
}

/** The body as strings, without what the table does not have. */
function readBody(call: Call): Row {
  const parsed = Body.safeParse(readJson(call));
  if (!parsed.success) throw new Problem(400, 'Exception while reading request', z.prettifyError(parsed.error));
  const known: readonly string[] = COLUMNS;
  const body = Object.fromEntries(
    Object.entries(parsed.data)
      .filter(([name]) => known.includes(name) && !READ_ONLY.includes(name))
      .map(([name, value]) => [name, String(value ?? '')]),
  );
  const choices = Choices.safeParse(body);
  if (!choices.success) throw new Problem(400, 'Invalid choice', z.prettifyError(choices.error));
  return body;
}

function write(world: World, call: Call, row: Row, body: Row): void {
  const { work_notes, comments, ...values } = body;
  const next: Row = { ...row, ...values };
  const closing = next.state === '6' || next.state === '7';
  if (closing && (next.close_code === '' || next.close_notes === '')) {
    throw new Problem(403, 'Operation Failed', 'Data Policy Exception: Resolution code, Resolution notes are mandatory');
  }
  const at = stamp(call.now);
  Object.assign(next, {
    incident_state: next.state ?? '',
    active: next.state === '7' || next.state === '8' ? 'false' : 'true',
    priority: String(Math.min(5, Number(next.urgency) + Number(next.impact) - 1)),
    ...(closing && row.resolved_at === '' ? { resolved_at: at, resolved_by: CALLER } : {}),
    ...(next.state === '7' && row.closed_at === '' ? { closed_at: at, closed_by: CALLER } : {}),
    sys_updated_on: at,
    sys_updated_by: SERVICENOW_LOGIN.user,
    sys_mod_count: String(Number(row.sys_mod_count) + 1),
  });
  Object.assign(row, next);
  const entry = { element_id: row.sys_id ?? '', sys_created_on: at, sys_created_by: SERVICENOW_LOGIN.user };
  const id = (): string => randomUUID().replaceAll('-', '');
  if (comments !== undefined && comments !== '')
    world.servicenow.journal.push({ sys_id: id(), element: 'comments', value: comments, ...entry });
  if (work_notes !== undefined && work_notes !== '')
    world.servicenow.journal.push({ sys_id: id(), element: 'work_notes', value: work_notes, ...entry });
}
