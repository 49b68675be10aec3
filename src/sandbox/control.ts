// Controls over HTTP for tests and the console: what the systems hold, what was called, faults, new incidents, a fresh start.
import { z } from 'zod';
import { SEVERITIES } from '../model/incident.ts';
import { type Answer, type Call, empty, json, Problem, type Route, readJson, route } from './call.ts';
import { Fault, type Faults } from './faults.ts';
import type { Requests } from './requests.ts';
import { addIncident, IMPOSSIBLE_TRAVEL, triggerBody } from './sentinel/trigger.ts';
import { summarise } from './summary.ts';
import { seedWorld, type World } from './world.ts';

export interface ControlParts {
  readonly faults: Faults;
  readonly requests: Requests;
}

const Incident = z.strictObject({
  title: z.string().min(1).optional(),
  description: z.string().optional(),
  severity: z.enum(SEVERITIES).optional(),
  labels: z.array(z.string()).optional(),
  tactics: z.array(z.string()).optional(),
  entities: z
    .array(
      z.strictObject({
        kind: z.enum(['Account', 'Host', 'Ip', 'Url', 'DnsResolution', 'FileHash']),
        properties: z.record(z.string(), z.unknown()),
      }),
    )
    .optional(),
});

/** Answers `/control/...`. */
export function control(parts: ControlParts, world: World, call: Call): Answer {
  try {
    return route(routes(parts), world, call);
  } catch (error) {
    if (error instanceof Problem) return json(error.status, { error: error.message });
    throw error;
  }
}

function routes({ faults, requests }: ControlParts): readonly Route[] {
  return [
    { method: 'GET', path: /^\/control\/state$/, answer: (world, call) => json(200, summarise(world, call.now)) },
    { method: 'GET', path: /^\/control\/mails$/, answer: (world) => json(200, world.mail.mails) },
    { method: 'GET', path: /^\/control\/requests$/, answer: () => json(200, requests.list()) },
    { method: 'DELETE', path: /^\/control\/requests$/, answer: () => done(() => requests.clear()) },
    { method: 'GET', path: /^\/control\/faults$/, answer: () => json(200, faults.list()) },
    { method: 'POST', path: /^\/control\/faults$/, answer: (_world, call) => done(() => faults.add(parse(Fault, call))) },
    { method: 'DELETE', path: /^\/control\/faults$/, answer: () => done(() => faults.clear()) },
    { method: 'POST', path: /^\/control\/incidents$/, answer: createIncident },
    {
      method: 'POST',
      path: /^\/control\/reset$/,
      answer: (world, call) =>
        done(() => {
          Object.assign(world, seedWorld(call.now), { tokenKey: world.tokenKey });
          faults.clear();
          requests.clear();
        }),
    },
  ];
}

/** A new incident in Sentinel; the answer is what its trigger would post to Picket's `/ingest/sentinel`. */
function createIncident(world: World, call: Call): Answer {
  const wanted = call.body === '' ? {} : parse(Incident, call);
  const chosen = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const incident = addIncident(world.sentinel, { ...IMPOSSIBLE_TRAVEL, ...chosen }, call.now);
  return json(201, triggerBody(incident, 'Create'));
}

function parse<T>(schema: z.ZodType<T>, call: Call): T {
  const parsed = schema.safeParse(readJson(call));
  if (!parsed.success) throw new Problem(400, 'BadRequest', z.prettifyError(parsed.error));
  return parsed.data;
}

function done(work: () => void): Answer {
  work();
  return empty(204);
}
