// Comments of an incident under the caller's own GUID: the same GUID again edits the same comment. Each write makes the incident newer.
// Limits: 100 comments of 30,000 characters (MicrosoftDocs/azure-docs, includes/sentinel-limits-incidents.md).
import { z } from 'zod';
import { type Answer, type Call, json, Problem, readJson } from '../call.ts';
import type { World } from '../world.ts';
import { describeComment } from './describe.ts';
import { findIncident, page } from './incidents.ts';
import { nextEtag, ticks, touch } from './state.ts';

const MAX_COMMENTS = 100;

const CommentBody = z.strictObject({
  etag: z.string().optional(),
  properties: z.strictObject({ message: z.string().min(1).max(30_000) }),
});

export function listComments(world: World, call: Call, [name = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  const comments = [...incident.comments].reverse().map((comment) => describeComment(incident, comment));
  return page(call, comments, { default: 50, max: 1000 });
}

export function readComment(world: World, _call: Call, [name = '', id = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  const comment = incident.comments.find((candidate) => candidate.name === id.toLowerCase());
  if (comment === undefined) throw new Problem(404, 'NotFound', `Comment '${id}' was not found.`);
  return json(200, describeComment(incident, comment));
}

export function putComment(world: World, call: Call, [name = '', id = '']: readonly string[]): Answer {
  const incident = findIncident(world, name);
  if (!z.guid().safeParse(id).success) throw new Problem(400, 'BadRequest', `The comment's name must be a GUID, not '${id}'.`);
  const body = CommentBody.safeParse(readJson(call));
  if (!body.success) throw new Problem(400, 'BadRequest', z.prettifyError(body.error));
  const { message } = body.data.properties;
  const lastModifiedTimeUtc = ticks(call.now);
  const existing = incident.comments.find((comment) => comment.name === id.toLowerCase());
  if (existing === undefined && incident.comments.length >= MAX_COMMENTS) {
    throw new Problem(400, 'BadRequest', `An incident holds ${MAX_COMMENTS} comments at most.`);
  }
  touch(world.sentinel, incident, call.now);
  const etag = nextEtag(world.sentinel);
  if (existing !== undefined) {
    Object.assign(existing, { message, etag, lastModifiedTimeUtc });
    return json(200, describeComment(incident, existing));
  }
  const comment = { name: id.toLowerCase(), etag, message, createdTimeUtc: lastModifiedTimeUtc, lastModifiedTimeUtc };
  incident.comments.push(comment);
  return json(201, describeComment(incident, comment));
}
