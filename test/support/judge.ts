// The second judge: the vendors' published descriptions, where ../shared/specs stands beside the checkout. Nothing of it is copied here.
// The stand-ins are the first judge; this one knows what we did not think of when we wrote them.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import addFormats from 'ajv-formats';
import { OpenAPIBackend } from 'openapi-backend';
import { z } from 'zod';
import { findUnknown, isRecord } from './unknown-properties.ts';

const SPECS = new URL('../../../shared/specs/', import.meta.url);

/** Why nothing can be judged here; '' when it can. */
export const missingSpecs = existsSync(SPECS) ? '' : '../shared/specs is not beside the checkout';

/** A call as `GET /control/requests` of the sandbox shows it. */
export interface JudgedRequest {
  readonly system: string;
  readonly method: string;
  /** Path and query below the system's base URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Judge {
  /** What is wrong with a request, '' when nothing is. Systems without a published description are never wrong. */
  request(request: JudgedRequest): Promise<string>;
  /** What is wrong with an answer of Sentinel (`arm`) or Graph. */
  response(request: JudgedRequest, status: number, body: unknown): string;
}

/** Everything wrong with these requests, one line each; empty without ../shared/specs. */
export async function judgeRequests(requests: readonly JudgedRequest[]): Promise<readonly string[]> {
  if (missingSpecs !== '') return [];
  const judge = await openJudge();
  const verdicts = await Promise.all(requests.map(async (request) => ({ request, complaint: await judge.request(request) })));
  return verdicts
    .filter(({ complaint }) => complaint !== '')
    .map(({ request, complaint }) => `${request.system} ${request.method} ${request.path}: ${complaint}`);
}

/** One published file of ../shared/specs as parsed JSON. */
export async function readSpec(path: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(path, SPECS), 'utf8'));
}

export async function openJudge(): Promise<Judge> {
  const [arm, graph] = await Promise.all([open('sentinel-merged-2024-03-01.oas3.json'), open('msgraph-v1.0-trimmed.openapi.json')]);
  const apis = new Map([
    ['arm', arm],
    ['graph', graph],
  ]);
  return {
    request: async (request) => {
      const api = apis.get(request.system);
      if (api !== undefined) return judgeByDescription(api, request);
      if (request.system === 'servicenow') return judgeServiceNow(request);
      return request.system === 'defender' ? judgeDefender(request) : '';
    },
    response: (request, status, body) => {
      const api = apis.get(request.system);
      const operation = api?.matchOperation(published(request));
      if (api === undefined || operation === undefined) return 'no such path';
      const statuses = Object.keys(operation.responses ?? {});
      if (!statuses.some((known) => known === 'default' || new RegExp(`^${known.replaceAll('X', '\\d')}$`).test(String(status)))) {
        return `${status} is not a published status`;
      }
      return describe(api.validateResponse(withoutNullOwner(body), operation, status).errors);
    },
  };
}

async function open(file: string): Promise<OpenAPIBackend> {
  const api = new OpenAPIBackend({
    definition: fileURLToPath(new URL(`openapi/${file}`, SPECS)),
    // Compiles what is used: thousands of schemas, of which a test needs a few.
    quick: true,
    ajvOpts: { strict: false, logger: false },
    customizeAjv: (ajv) => {
      addFormats.default(ajv);
      ajv.addFormat('arm-id', /^\/subscriptions\//i);
      return ajv;
    },
  });
  await api.init();
  joinScalars(api.definition);
  return api;
}

/** With `explode: false` the judge splits every query value into a list, numbers too, and then misses the number. */
function joinScalars(value: unknown): void {
  if (Array.isArray(value)) for (const item of value) joinScalars(item);
  if (!isRecord(value)) return;
  const { schema } = value;
  if (value.in === 'query' && isRecord(schema) && schema.type !== 'array') delete value.explode;
  for (const name of ['paths', 'get', 'put', 'post', 'patch', 'parameters'])
    joinScalars(name === 'paths' ? Object.values(Object(value[name])) : value[name]);
}

function judgeByDescription(api: OpenAPIBackend, request: JudgedRequest): string {
  const asked = published(request);
  const operation = api.matchOperation(asked);
  if (operation === undefined) return 'no such path or method';
  const wrong = describe(api.validateRequest(asked, operation).errors);
  if (wrong !== '') return wrong;
  // What the descriptions let pass: an empty version, runPlaybook without a body, properties that do not exist.
  if (request.system === 'arm' && !/[?&]api-version=\d{4}-\d\d-\d\d/.test(request.path)) return 'api-version is missing';
  if (request.system === 'arm' && request.path.includes('/runPlaybook') && request.body === '') return 'runPlaybook needs a body';
  const schema = Reflect.get(Object(operation.requestBody), 'content');
  const json: unknown = isRecord(schema) && isRecord(schema['application/json']) ? schema['application/json'].schema : undefined;
  return request.body === '' ? '' : findUnknown(json, JSON.parse(request.body));
}

/** The routing of the judge is case-sensitive and the Graph file has no `/v1.0`: both are put as the file has them. */
function published(request: JudgedRequest) {
  const [path = '', query = ''] = request.path.split('?');
  const body = request.body === '' ? {} : { body: request.body };
  const fixed = request.system === 'graph' ? path.replace(/^\/v1\.0/, '') : path.split('/').map(spell).join('/');
  return { method: request.method, path: fixed, query, headers: { ...request.headers }, ...body };
}

const SEGMENTS = [
  'subscriptions',
  'resourceGroups',
  'providers',
  'workspaces',
  'incidents',
  'comments',
  'alerts',
  'entities',
  'bookmarks',
  'tasks',
  'relations',
  'runPlaybook',
  'Microsoft.OperationalInsights',
  'Microsoft.SecurityInsights',
];

function spell(segment: string): string {
  return SEGMENTS.find((known) => known.toLowerCase() === segment.toLowerCase()) ?? segment;
}

/** The service sends null for the parts of an owner that nobody has; the schema has no null there. */
function withoutNullOwner(body: unknown): unknown {
  return JSON.parse(JSON.stringify(body), (key: string, value: unknown) => {
    if (key !== 'owner' || !isRecord(value)) return value;
    return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
  });
}

/** The connector's description is no judge of calls, but a list of column names. */
async function judgeServiceNow(request: JudgedRequest): Promise<string> {
  if (!request.path.includes('/table/incident') || request.body === '') return '';
  const columns = new Set(namesIn(await readSpec('openapi/connectors/servicenow.swagger.json')));
  const unknown = Object.keys(Object(JSON.parse(request.body))).filter((name) => !columns.has(name));
  return unknown.length === 0 ? '' : `no such column: ${unknown.join(', ')}`;
}

/** The names of published request bodies. */
async function judgeDefender(request: JudgedRequest): Promise<string> {
  const verb = /\/api\/machines\/[^/]+\/(isolate|unisolate|runAntiVirusScan|restrictCodeExecution)$/.exec(request.path)?.[1];
  const sample = {
    isolate: 'isolate-machine',
    unisolate: 'unisolate-machine',
    runAntiVirusScan: 'run-av-scan',
    restrictCodeExecution: 'restrict-code-execution',
  };
  const name = Object.entries(sample).find(([known]) => known === verb)?.[1];
  if (name === undefined) return '';
  const wanted = Object.keys(Object(await readSpec(`samples/defender-endpoint/docs_${name}_0.json`))).sort();
  const given = Object.keys(Object(JSON.parse(request.body))).sort();
  return wanted.join() === given.join() ? '' : `the body has ${given.join(', ')}, published are ${wanted.join(', ')}`;
}

function namesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namesIn);
  if (!isRecord(value)) return [];
  const own = isRecord(value.properties) ? Object.keys(value.properties) : [];
  return [...own, ...Object.values(value).flatMap(namesIn)];
}

function describe(errors: readonly { instancePath: string; message?: string | undefined }[] | null | undefined): string {
  return (errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`).join('; ');
}

const Recorded = z.array(
  z.object({
    system: z.string(),
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    status: z.number(),
  }),
);

/** Fails when a request that the stand-ins recorded is not as the vendors published it. Does nothing without ../shared/specs. */
export async function judgeSandbox(sandboxUrl: string): Promise<void> {
  if (missingSpecs !== '') return;
  const complaints = await judgeRequests(Recorded.parse(await (await fetch(`${sandboxUrl}/control/requests`)).json()));
  if (complaints.length > 0) throw new Error(`requests that the vendors would not take:\n${complaints.join('\n')}`);
}
