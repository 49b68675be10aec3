// Microsoft Sentinel behind Azure Resource Manager: which paths and versions there are, and how it says no.
// Fixed segments and ids match without regard to case, as ARM's do.
import { type Call, json, Problem, type Route, route, type Standin } from '../call.ts';
import { requireBearer } from '../login/token.ts';
import { listComments, putComment, readComment } from './comments.ts';
import { getIncident, listAlerts, listEntities, listIncidents, listNothing, putIncident, runPlaybook } from './incidents.ts';
import { listTasks, putTask, readTask } from './tasks.ts';
import { WORKSPACE } from './workspace.ts';

const PREFIX =
  /^\/subscriptions\/([^/]+)\/resourceGroups\/([^/]+)\/providers\/Microsoft\.OperationalInsights\/workspaces\/([^/]+)\/providers\/Microsoft\.SecurityInsights(\/.+)$/i;
const VERSIONS = ['2024-03-01', '2024-09-01', '2025-03-01', '2025-06-01', '2025-09-01'];

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/incidents$/i, answer: listIncidents },
  { method: 'GET', path: /^\/incidents\/([^/]+)$/i, answer: getIncident },
  { method: 'PUT', path: /^\/incidents\/([^/]+)$/i, answer: putIncident },
  { method: 'POST', path: /^\/incidents\/([^/]+)\/alerts$/i, answer: listAlerts },
  { method: 'POST', path: /^\/incidents\/([^/]+)\/entities$/i, answer: listEntities },
  { method: 'POST', path: /^\/incidents\/([^/]+)\/bookmarks$/i, answer: listNothing },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/relations$/i, answer: listNothing },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/comments$/i, answer: listComments },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/comments\/([^/]+)$/i, answer: readComment },
  { method: 'PUT', path: /^\/incidents\/([^/]+)\/comments\/([^/]+)$/i, answer: putComment },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/tasks$/i, answer: listTasks },
  { method: 'GET', path: /^\/incidents\/([^/]+)\/tasks\/([^/]+)$/i, answer: readTask },
  { method: 'PUT', path: /^\/incidents\/([^/]+)\/tasks\/([^/]+)$/i, answer: putTask },
  { method: 'POST', path: /^\/incidents\/([^/]+)\/runPlaybook$/i, answer: runPlaybook },
];

export const sentinel: Standin = {
  system: 'arm',
  answer: (world, call) => {
    requireBearer(world, call, 'AuthenticationFailed');
    const match = PREFIX.exec(call.path);
    if (match === null) throw new Problem(404, 'InvalidResourceType', `No resource at ${call.path}.`);
    const [, subscription = '', resourceGroup = '', workspace = '', rest = ''] = match;
    if (!same(subscription, WORKSPACE.subscription)) {
      throw new Problem(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`);
    }
    if (!same(resourceGroup, WORKSPACE.resourceGroup)) {
      throw new Problem(404, 'ResourceGroupNotFound', `Resource group '${resourceGroup}' could not be found.`);
    }
    if (!same(workspace, WORKSPACE.name)) throw new Problem(404, 'ResourceNotFound', `The workspace '${workspace}' was not found.`);
    requireVersion(call);
    return route(ROUTES, world, call, rest);
  },
  refuse: (problem) => {
    const error = { code: problem.code, message: problem.message };
    return json(problem.status, problem.status === 409 ? { error, debugInfo: '' } : { error }, problem.headers);
  },
};

function requireVersion(call: Call): void {
  const version = call.query.get('api-version');
  if (version === null) {
    throw new Problem(400, 'MissingApiVersionParameter', 'The api-version query parameter (?api-version=) is required for all requests.');
  }
  if (!VERSIONS.includes(version)) {
    throw new Problem(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${VERSIONS.join(',')}'.`,
    );
  }
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
