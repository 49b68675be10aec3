// Microsoft Graph v1.0: which paths there are, and how it says no. Source of the shapes: microsoft-graph-docs, api-reference/v1.0/api.
import { randomUUID } from 'node:crypto';
import { json, Problem, type Route, route, type Standin } from '../call.ts';
import { requireBearer } from '../login/token.ts';
import { confirmCompromised, dismissRisk, getRiskyUser, listRiskyUsers } from './risk.ts';
import { changeUser, getUser, listGroups, listUsers, readManager, revokeSessions } from './users.ts';

// A user stands in the path as /users/{id or UPN} or, for UPNs that start with `$`, as /users('...').
const USER = String.raw`^/users(?:/([^/()]+)|\('([^']+)'\))`;

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/users$/, answer: listUsers },
  { method: 'GET', path: new RegExp(`${USER}$`), answer: getUser },
  { method: 'PATCH', path: new RegExp(`${USER}$`), answer: changeUser },
  { method: 'POST', path: new RegExp(`${USER}/(?:microsoft\\.graph\\.)?revokeSignInSessions$`), answer: revokeSessions },
  { method: 'GET', path: new RegExp(`${USER}/manager$`), answer: readManager },
  { method: 'GET', path: new RegExp(`${USER}/memberOf$`), answer: listGroups },
  { method: 'GET', path: /^\/identityProtection\/riskyUsers$/, answer: listRiskyUsers },
  { method: 'GET', path: /^\/identityProtection\/riskyUsers\/([^/]+)$/, answer: getRiskyUser },
  { method: 'POST', path: /^\/identityProtection\/riskyUsers\/(?:microsoft\.graph\.)?confirmCompromised$/, answer: confirmCompromised },
  { method: 'POST', path: /^\/identityProtection\/riskyUsers\/(?:microsoft\.graph\.)?dismiss$/, answer: dismissRisk },
];

export const graph: Standin = {
  system: 'graph',
  answer: (world, call) => {
    requireBearer(world, call, 'InvalidAuthenticationToken');
    if (!call.path.startsWith('/v1.0/')) throw new Problem(400, 'BadRequest', `Invalid version in the path: ${call.path}`);
    return route(ROUTES, world, call, call.path.slice('/v1.0'.length));
  },
  refuse: (problem, call) => {
    const requestId = randomUUID();
    const clientId = call.headers['client-request-id'] ?? requestId;
    const innerError = { date: call.now.toISOString().slice(0, 19), 'request-id': requestId, 'client-request-id': clientId };
    return json(
      problem.status,
      { error: { code: problem.code, message: problem.message, innerError } },
      { 'request-id': requestId, 'client-request-id': clientId, ...problem.headers },
    );
  },
};
