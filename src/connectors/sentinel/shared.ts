// What the actions of Sentinel have in common: which incident is meant, what is answered, and the comment that goes with a change.
import type { ActionContext } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import { uuidFromKey } from '../action-key.ts';
import type { Lazy } from '../lazy.ts';
import { type Change, changeIncident, ownerName } from './change.ts';
import type { SentinelClient } from './client.ts';
import type { ParsedIncident } from './parse.ts';

/** The incident named, else the one the run works on. */
export function incidentOf(input: { readonly incident?: string | undefined }, context: ActionContext): string {
  const reference = input.incident ?? context.incident?.armId ?? '';
  if (reference !== '') return reference;
  const why = context.incident === null ? 'this run has no incident' : "this run's incident is not from Sentinel";
  throw new ActionError(`No incident to work on: ${why}. Give "incident" its ARM id.`, { connector: 'sentinel' });
}

export function incidentOutput(incident: ParsedIncident) {
  return {
    incident: incident.armId,
    number: incident.number,
    title: incident.title,
    severity: incident.severity,
    status: incident.status,
    classification: incident.classification,
    reason: incident.classificationReason,
    owner: ownerName(incident.owner),
    tags: [...incident.tags],
    url: incident.url,
  };
}

/** Changes the incident, then comments: a comment makes the incident newer, so the other order would conflict with itself. */
export async function changeAndComment(
  sentinel: Lazy<SentinelClient>,
  input: { readonly incident?: string | undefined; readonly comment?: string | undefined },
  change: Change,
  context: ActionContext,
) {
  const changed = await changeIncident(sentinel(), incidentOf(input, context), change, context.signal);
  if (input.comment !== undefined && input.comment.trim() !== '') {
    const id = uuidFromKey(context.key, 'comment');
    await sentinel().comment({ armId: changed.parsed.armId, id, html: commentHtml(input.comment) }, context.signal);
  }
  return incidentOutput(changed.parsed);
}

const COMMENT_LIMIT = 30_000;
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '\n': '<br>' };

/** Plain text as the HTML that the portal shows, cut where it would exceed Sentinel's 30,000 characters. */
export function commentHtml(text: string): string {
  let html = '';
  for (const character of text.trim().toWellFormed().replace(/\r\n?/g, '\n')) {
    const escaped = ESCAPES[character] ?? character;
    if (html.length + escaped.length > COMMENT_LIMIT - 1) return `${html}…`;
    html += escaped;
  }
  return html;
}

/** `incident 4711` when the run's own is meant is not known here; texts say what is changed, the card says on what. */
export function targetOf(input: { readonly incident?: string | undefined }): string {
  return input.incident === undefined ? 'the incident' : `incident ${input.incident.split('/').at(-1) ?? ''}`;
}
