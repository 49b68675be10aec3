// ServiceNow's Table API: the incident table, and the journal that its notes are appended to. How it says no.
import { timingSafeEqual } from 'node:crypto';
import { type Answer, type Call, json, Problem, type Route, route, type Standin } from '../call.ts';
import { SERVICENOW_LOGIN } from '../settings.ts';
import type { World } from '../world.ts';
import { changeIncident, createIncident, readIncident } from './incidents.ts';
import { compileQuery } from './query.ts';
import { showRow } from './show.ts';
import { COLUMNS, type Row } from './state.ts';

const TABLE = '^/api/now/(?:v[12]/)?table';
const JOURNAL_COLUMNS = ['sys_id', 'element_id', 'element', 'name', 'value', 'sys_created_on', 'sys_created_by'];

const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: new RegExp(`${TABLE}/incident$`),
    answer: (world, call) => list(world, call, world.servicenow.incidents, COLUMNS),
  },
  { method: 'POST', path: new RegExp(`${TABLE}/incident$`), answer: createIncident },
  { method: 'GET', path: new RegExp(`${TABLE}/incident/([^/]+)$`), answer: readIncident },
  { method: 'PATCH', path: new RegExp(`${TABLE}/incident/([^/]+)$`), answer: changeIncident },
  { method: 'PUT', path: new RegExp(`${TABLE}/incident/([^/]+)$`), answer: changeIncident },
  { method: 'GET', path: new RegExp(`${TABLE}/sys_journal_field$`), answer: listJournal },
];

export const servicenow: Standin = {
  system: 'servicenow',
  answer: (world, call) => {
    requireLogin(call);
    const table = new RegExp(`${TABLE}/([^/]+)`).exec(call.path)?.[1];
    if (table !== undefined && !['incident', 'sys_journal_field'].includes(table))
      throw new Problem(400, 'Invalid table', `Invalid table ${table}`);
    return route(ROUTES, world, call);
  },
  refuse: (problem) =>
    json(problem.status, { error: { message: problem.code, detail: problem.message }, status: 'failure' }, problem.headers),
};

function requireLogin(call: Call): void {
  const given = /^Basic (\S+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? '';
  const [sent, wanted] = [Buffer.from(given, 'base64'), Buffer.from(`${SERVICENOW_LOGIN.user}:${SERVICENOW_LOGIN.password}`)];
  if (sent.length !== wanted.length || !timingSafeEqual(sent, wanted)) {
    throw new Problem(401, 'User Not Authenticated', 'Required to provide Auth information', {
      'www-authenticate': 'BASIC realm="Service-now"',
    });
  }
}

function list(world: World, call: Call, rows: readonly Row[], columns: readonly string[]): Answer {
  const found = compileQuery(call.query.get('sysparm_query') ?? '', columns)(rows);
  const limit = readCount(call, 'sysparm_limit', 10_000);
  const offset = readCount(call, 'sysparm_offset', 0);
  const shown = found.slice(offset, offset + limit).map((row) => showRow(row, world.servicenow.journal, call));
  const headers = { 'x-total-count': String(found.length), link: links(call, { limit, offset, total: found.length }) };
  return json(200, { result: shown }, headers);
}

function listJournal(world: World, call: Call): Answer {
  const rows = world.servicenow.journal.map((entry) => ({ ...entry, name: 'incident' }));
  return list(world, call, rows, JOURNAL_COLUMNS);
}

function readCount(call: Call, name: string, missing: number): number {
  const count = Number(call.query.get(name) ?? missing);
  if (!Number.isInteger(count) || count < 0) throw new Problem(400, 'Invalid parameter', `${name} must be a whole number.`);
  return count;
}

function links(call: Call, { limit, offset, total }: { limit: number; offset: number; total: number }): string {
  const link = (at: number, name: string): string => {
    const query = new URLSearchParams(call.query);
    query.set('sysparm_offset', String(at));
    return `<${call.base}${call.path}?${query.toString()}>;rel="${name}"`;
  };
  return [link(0, 'first'), ...(offset + limit < total ? [link(offset + limit, 'next')] : [])].join(',');
}
