// Defender for Endpoint: which paths there are, and how it says no (MicrosoftDocs/defender-docs, defender-endpoint/api, common-errors).
import { randomUUID } from 'node:crypto';
import { json, type Route, route, type Standin } from '../call.ts';
import { requireBearer } from '../login/token.ts';
import { cancelAction, getAction, listActions, request } from './actions.ts';
import { postIndicator } from './indicators.ts';
import { getMachine, listMachines } from './machines.ts';

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/api\/machines$/, answer: listMachines },
  { method: 'GET', path: /^\/api\/machines\/([^/]+)$/, answer: getMachine },
  { method: 'POST', path: /^\/api\/machines\/([^/]+)\/isolate$/, answer: request('Isolate') },
  { method: 'POST', path: /^\/api\/machines\/([^/]+)\/unisolate$/, answer: request('Unisolate') },
  { method: 'POST', path: /^\/api\/machines\/([^/]+)\/runAntiVirusScan$/, answer: request('RunAntiVirusScan') },
  { method: 'POST', path: /^\/api\/machines\/([^/]+)\/restrictCodeExecution$/, answer: request('RestrictCodeExecution') },
  { method: 'POST', path: /^\/api\/machines\/([^/]+)\/unrestrictCodeExecution$/, answer: request('UnrestrictCodeExecution') },
  { method: 'GET', path: /^\/api\/machineactions$/, answer: listActions },
  { method: 'GET', path: /^\/api\/machineactions\/([^/]+)$/, answer: getAction },
  { method: 'POST', path: /^\/api\/machineactions\/([^/]+)\/cancel$/, answer: cancelAction },
  { method: 'POST', path: /^\/api\/indicators$/, answer: postIndicator },
];

export const defender: Standin = {
  system: 'defender',
  answer: (world, call) => {
    requireBearer(world, call, 'Unauthorized');
    return route(ROUTES, world, call);
  },
  refuse: (problem) =>
    json(problem.status, { error: { code: problem.code, message: problem.message, target: randomUUID() } }, problem.headers),
};
