// Tasks of an incident under the caller's own GUID, like comments. Limit: 40 per incident (azure-docs, sentinel-service-limits.md).
import { z } from 'zod';
import { type Answer, type Call, json, Problem, readJson } from '../call.ts';
import type { World } from '../world.ts';
import { describeTask } from './describe.ts';
import { findIncident, page } from './incidents.ts';
import { nextEtag, ticks, touch } from './state.ts';

const MAX_TASKS = 40;

const TaskBody = z.strictObject({
  etag: z.string().optional(),
  properties: z.strictObject({
    title: z.string().min(1),
    description: z.string().max(3000).default(''),
    status: z.enum(['New', 'Completed']),
  }),
});

export function listTasks(world: World, call: Call, [name = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  return page(
    call,
    incident.tasks.map((task) => describeTask(incident, task)),
    { default: 50, max: 1000 },
  );
}

export function readTask(world: World, _call: Call, [name = '', id = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  const task = incident.tasks.find((candidate) => candidate.name === id.toLowerCase());
  if (task === undefined) throw new Problem(404, 'NotFound', `Task '${id}' was not found.`);
  return json(200, describeTask(incident, task));
}

export function putTask(world: World, call: Call, [name = '', id = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  if (!z.guid().safeParse(id).success) throw new Problem(400, 'BadRequest', `The task's name must be a GUID, not '${id}'.`);
  const body = TaskBody.safeParse(readJson(call));
  if (!body.success) throw new Problem(400, 'BadRequest', z.prettifyError(body.error));
  const lastModifiedTimeUtc = ticks(call.now);
  const existing = incident.tasks.find((task) => task.name === id.toLowerCase());
  if (existing === undefined && incident.tasks.length >= MAX_TASKS) {
    throw new Problem(400, 'BadRequest', `An incident holds ${MAX_TASKS} tasks at most.`);
  }
  touch(world.sentinel, incident, call.now);
  const etag = nextEtag(world.sentinel);
  if (existing !== undefined) {
    Object.assign(existing, { ...body.data.properties, etag, lastModifiedTimeUtc });
    return json(200, describeTask(incident, existing));
  }
  const task = { name: id.toLowerCase(), etag, ...body.data.properties, createdTimeUtc: lastModifiedTimeUtc, lastModifiedTimeUtc };
  incident.tasks.push(task);
  return json(201, describeTask(incident, task));
}
