// Changing an incident under optimistic locking: read, apply the intent, write with the etag; on a conflict read again and re-apply the
// intent, not the old body. If somebody else changed the very same field meanwhile, that is shown instead of being overwritten.
import { ActionError } from '../../model/errors.ts';
import type { IncidentOwner, IncidentStatus, Severity } from '../../model/incident.ts';
import { CallError } from '../call-error.ts';
import type { CurrentIncident, SentinelClient } from './client.ts';
import type { ParsedIncident } from './parse.ts';
import { isObject, list, pick, text } from './read.ts';

/** What shall be true afterwards; what is left out stays. */
export interface Change {
  readonly severity?: Severity | undefined;
  readonly status?: Exclude<IncidentStatus, 'Closed'> | undefined;
  /** UPN or object id; '' for nobody. */
  readonly owner?: string | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly close?: { readonly classification: string; readonly reason: string; readonly comment: string } | undefined;
}

const ATTEMPTS = 5;

export async function changeIncident(
  client: SentinelClient,
  reference: string,
  change: Change,
  signal: AbortSignal,
): Promise<CurrentIncident> {
  const first = await client.read(reference, signal);
  refuseOtherClassification(change, first.parsed);
  let current = first;
  for (let attempt = 1; ; attempt += 1) {
    if (isSo(change, current.parsed)) return current;
    try {
      return await client.write({ armId: current.parsed.armId, etag: current.etag, properties: applied(change, current) }, signal);
    } catch (error) {
      if (!(error instanceof CallError) || error.status !== 409 || attempt === ATTEMPTS) throw error;
    }
    current = await client.read(reference, signal);
    refuseOverwriting(change, first.parsed, current.parsed);
  }
}

/** True when nothing has to be written: it was so, or an earlier call whose answer was lost made it so. */
function isSo(change: Change, now: ParsedIncident): boolean {
  const has = (tag: string): boolean => now.tags.some((present) => present.toLowerCase() === tag.toLowerCase());
  return (
    (change.severity === undefined || now.severity === change.severity) &&
    (change.status === undefined || now.status === change.status) &&
    (change.owner === undefined || isOwner(now.owner, change.owner)) &&
    (change.close === undefined || isClosedAs(now, change.close)) &&
    (change.addTags ?? []).every(has) &&
    !(change.removeTags ?? []).some(has)
  );
}

function isClosedAs(now: ParsedIncident, close: NonNullable<Change['close']>): boolean {
  return now.status === 'Closed' && now.classification === close.classification && now.classificationReason === close.reason;
}

function isOwner(owner: IncidentOwner | null, wanted: string): boolean {
  if (owner === null) return wanted === '';
  return [owner.userPrincipalName, owner.objectId, owner.email].some((name) => name !== '' && name.toLowerCase() === wanted.toLowerCase());
}

/** What may be written; the rest of an incident is read-only and sent back by nobody. */
const WRITABLE = [
  'title',
  'description',
  'severity',
  'status',
  'classification',
  'classificationReason',
  'classificationComment',
  'firstActivityTimeUtc',
  'lastActivityTimeUtc',
];

function applied(change: Change, { properties, parsed }: CurrentIncident): Readonly<Record<string, unknown>> {
  const next: Record<string, unknown> = {};
  for (const name of WRITABLE) {
    const value = pick(properties, name);
    if (value !== undefined) next[name] = value;
  }
  // Required by the API, though a sender may have left them out.
  next.title ??= parsed.title;
  next.severity = change.severity ?? parsed.severity;
  next.status = change.close === undefined ? (change.status ?? parsed.status) : 'Closed';
  if (change.close !== undefined) {
    next.classification = change.close.classification;
    next.classificationReason = change.close.reason === '' ? undefined : change.close.reason;
    next.classificationComment = change.close.comment === '' ? undefined : change.close.comment;
  } else if (next.status !== 'Closed') {
    for (const name of ['classification', 'classificationReason', 'classificationComment']) delete next[name];
  }
  next.labels = labels(change, pick(properties, 'labels'));
  const owner = change.owner === undefined ? kept(pick(properties, 'owner')) : newOwner(change.owner);
  if (owner !== null) next.owner = owner;
  return next;
}

function labels(change: Change, present: unknown): readonly unknown[] {
  const removed = new Set((change.removeTags ?? []).map((tag) => tag.toLowerCase()));
  const found = list(present).flatMap((label) => {
    const labelName = text(pick(label, 'labelName'));
    const labelType = text(pick(label, 'labelType')) || 'User';
    return labelName === '' || removed.has(labelName.toLowerCase()) ? [] : [{ labelName, labelType }];
  });
  const names = new Set(found.map((label) => label.labelName.toLowerCase()));
  for (const tag of change.addTags ?? []) {
    if (!names.has(tag.toLowerCase())) found.push({ labelName: tag, labelType: 'User' });
    names.add(tag.toLowerCase());
  }
  return found;
}

/** The owner without the nulls that the API sends for nobody and does not take back. */
function kept(owner: unknown): Readonly<Record<string, string>> | null {
  if (!isObject(owner)) return null;
  const parts: Record<string, string> = {};
  for (const name of ['objectId', 'email', 'userPrincipalName', 'assignedTo', 'ownerType']) {
    const value = text(pick(owner, name));
    if (value !== '') parts[name] = value;
  }
  return Object.keys(parts).length === 0 ? null : parts;
}

function newOwner(owner: string): Readonly<Record<string, string>> | null {
  if (owner === '') return null;
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(owner) ? { objectId: owner } : { userPrincipalName: owner };
}

function refuseOtherClassification(change: Change, now: ParsedIncident): void {
  if (change.close === undefined || now.status !== 'Closed' || isClosedAs(now, change.close)) return;
  throw new ActionError(
    `Incident ${now.number} is already closed as ${verdict(now.classification, now.classificationReason)}. It was left so; reopen it to close it otherwise.`,
    { connector: 'sentinel' },
  );
}

function refuseOverwriting(change: Change, before: ParsedIncident, now: ParsedIncident): void {
  const overwritten = (field: string, was: string, is: string): never => {
    throw new ActionError(
      `Incident ${now.number}: somebody changed the ${field} from ${was || 'none'} to ${is || 'none'} meanwhile. Nothing was changed; look at it and run the step again.`,
      {
        connector: 'sentinel',
      },
    );
  };
  if (change.severity !== undefined && now.severity !== before.severity && now.severity !== change.severity)
    overwritten('severity', before.severity, now.severity);
  const status = change.close === undefined ? change.status : 'Closed';
  if (status !== undefined && now.status !== before.status && now.status !== status) overwritten('status', before.status, now.status);
  refuseOtherClassification(change, now);
  if (change.owner !== undefined && !isOwner(now.owner, change.owner) && ownerName(now.owner) !== ownerName(before.owner)) {
    overwritten('owner', ownerName(before.owner), ownerName(now.owner));
  }
}

export function ownerName(owner: IncidentOwner | null): string {
  return owner === null ? '' : owner.userPrincipalName || owner.email || owner.assignedTo || owner.objectId;
}

function verdict(classification: string, reason: string): string {
  return [classification || 'unclassified', reason].filter((part) => part !== '').join(' - ');
}
