// The XML API of a PAN-OS firewall: register and unregister tags on addresses, show them, make a key. No commit is involved.
import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Answer, type Call, Problem, type Route, route, type Standin } from '../call.ts';
import { PANOS_KEY } from '../settings.ts';
import type { World } from '../world.ts';
import { showRegistered } from './show.ts';
import { updateTags } from './update.ts';
import { parseXml, respond } from './xml.ts';

const ROUTES: readonly Route[] = [
  { method: 'POST', path: /^\/api\/?$/, answer: run },
  { method: 'GET', path: /^\/api\/?$/, answer: run },
];
const SystemInfo = z.object({ show: z.object({ system: z.object({ info: z.unknown() }) }) });

export const panos: Standin = {
  system: 'panos',
  answer: (world, call) => route(ROUTES, world, call),
  // The number of the error stands in the document; HTTP tells of trouble below the API alone.
  refuse: (problem) => {
    const answer = respond('error', { '@code': problem.code, msg: { line: problem.message } });
    return { ...answer, status: problem.status, headers: { ...answer.headers, ...problem.headers } };
  },
};

function run(world: World, call: Call): Answer {
  const form = /^application\/x-www-form-urlencoded/i.test(call.headers['content-type'] ?? '')
    ? new URLSearchParams(call.body)
    : new URLSearchParams();
  const read = (name: string): string => form.get(name) ?? call.query.get(name) ?? '';
  if (read('type') === 'keygen') return makeKey(form);
  requireKey(call);
  if (!['', 'vsys1'].includes(read('vsys'))) throw new Problem(200, '12', `Invalid vsys '${read('vsys')}'`);
  switch (read('type')) {
    case 'user-id':
      return updateTags(world, call, parseXml(read('cmd')));
    case 'op':
      return operate(world, call, parseXml(read('cmd')));
    default:
      throw new Problem(200, '1', `Unknown type '${read('type')}'`);
  }
}

/** The key is accepted in its header alone: in a query it ends up in logs. */
function requireKey(call: Call): void {
  const [given, wanted] = [Buffer.from(call.headers['x-pan-key'] ?? ''), Buffer.from(PANOS_KEY)];
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new Problem(200, '403', 'Invalid Credential');
}

/** User and password belong into the body. */
function makeKey(form: URLSearchParams): Answer {
  if (form.get('user') !== 'picket' || form.get('password') !== 'sandbox-panos') throw new Problem(200, '403', 'Invalid Credential');
  return respond('success', { result: { key: PANOS_KEY } });
}

function operate(world: World, call: Call, command: unknown): Answer {
  if (SystemInfo.safeParse(command).success) {
    return respond('success', { result: { system: { hostname: 'fw01', model: 'PA-VM', 'sw-version': '10.2.9', 'multi-vsys': 'off' } } });
  }
  return showRegistered(world, call, command);
}
