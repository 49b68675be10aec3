// What must be shown where: one row per subject and place. Writers raise the wanted version inside their own transaction;
// the reconciler shows it after the commit. Locks are taken in the order run, approval, line, surface, everywhere.

import type { MessageRef, Place } from '../model/place.ts';
import { placeKey } from '../model/place.ts';
import type { Db } from '../store/db.ts';

/** Something that is shown; `id` is a UUID. */
export interface ShownSubject {
  readonly kind: 'approval' | 'incident' | 'run' | 'message';
  readonly id: string;
}

/** One place where a subject is shown. */
export interface Surface {
  readonly id: string;
  readonly place: Place;
  /** null while nothing is known to stand there. */
  readonly message: MessageRef | null;
  readonly wanted: number;
  readonly shown: number;
  readonly closed: boolean;
  /** Why it could not be shown, '' when it could. */
  readonly error: string;
}

interface EnsureOptions {
  /** True when a person waits for it: shown before what rules caused. */
  readonly byPerson: boolean;
  /** Id of the surface in whose thread it belongs. */
  readonly replyTo?: string;
}

/** Makes sure that the subject is shown in the place; a surface that exists stays as it is. Answers the surface's id. */
export async function ensureSurface(db: Db, subject: ShownSubject, place: Place, options: EnsureOptions): Promise<string> {
  const inserted = await db.query<{ id: string }>(
    `INSERT INTO surface (id, subject_kind, subject_id, place, place_key, by_person, reply_to)
     VALUES (gen_random_uuid(), $1, $2, $3, $4, $5, $6)
     ON CONFLICT (subject_kind, subject_id, place_key) DO NOTHING RETURNING id`,
    [subject.kind, subject.id, JSON.stringify(place), placeKey(place), options.byPerson, options.replyTo ?? null],
  );
  const created = inserted.rows[0];
  if (created !== undefined) return created.id;
  // A statement of its own sees the row that a concurrent transaction has just committed.
  const existing = await db.query<{ id: string }>('SELECT id FROM surface WHERE subject_kind = $1 AND subject_id = $2 AND place_key = $3', [
    subject.kind,
    subject.id,
    placeKey(place),
  ]);
  const found = existing.rows[0];
  if (found === undefined)
    throw new Error(`the surface of ${subject.kind} ${subject.id} was removed while it was looked up: repeat the transaction`);
  return found.id;
}

interface RaiseOptions {
  readonly byPerson: boolean;
  /** From now on nothing new is posted, only what stands is edited. */
  readonly closed?: boolean;
}

/** The subject changed: every copy must show the newest version. */
export async function raiseSurfaces(db: Db, subject: ShownSubject, options: RaiseOptions): Promise<void> {
  // Locked in one order, so that two writers of one subject cannot deadlock. What waits already keeps its turn.
  await db.query(
    `WITH copies AS (SELECT id FROM surface WHERE subject_kind = $1 AND subject_id = $2 ORDER BY id FOR UPDATE)
     UPDATE surface s SET wanted = s.wanted + 1, by_person = s.by_person OR $3, closed = s.closed OR $4,
       changed_at = CASE WHEN s.wanted > s.shown THEN s.changed_at ELSE clock_timestamp() END
     FROM copies WHERE s.id = copies.id`,
    [subject.kind, subject.id, options.byPerson, options.closed ?? false],
  );
}

/**
 * A click came from this message. When it is a copy we did not know of, because the answer to its post was lost, it is
 * taken over and corrected. A message that shows something else, or stands where the subject is not shown, is left alone.
 */
export async function adoptMessage(db: Db, subject: ShownSubject, message: MessageRef): Promise<void> {
  const lane = laneOf(message.place);
  const known = await db.query('SELECT 1 FROM surface WHERE lane = $1 AND message_id = $2 LIMIT 1', [lane, message.id]);
  if (known.rows.length > 0) return;
  const adopted = await db.query(
    `UPDATE surface SET message_id = $4, message_place = $5, posting_since = NULL, not_before = '-infinity', wanted = wanted + 1, by_person = true
     WHERE id = (SELECT id FROM surface WHERE subject_kind = $1 AND subject_id = $2 AND lane = $3 AND message_id = '' ORDER BY id LIMIT 1 FOR UPDATE)`,
    [subject.kind, subject.id, lane, message.id, JSON.stringify(message.place)],
  );
  if (adopted.rowCount === 1) return;
  // The post was repeated and stands twice: the second copy becomes a surface of its own, which is only ever edited.
  await db.query(
    `INSERT INTO surface (id, subject_kind, subject_id, place, place_key, message_id, message_place, by_person, closed)
     SELECT gen_random_uuid(), subject_kind, subject_id, place, place_key || '|' || $4, $4, $5, true, true
     FROM surface WHERE subject_kind = $1 AND subject_id = $2 AND lane = $3
       AND NOT EXISTS (SELECT 1 FROM surface WHERE lane = $3 AND message_id = $4)
     ORDER BY length(place_key) LIMIT 1
     ON CONFLICT (subject_kind, subject_id, place_key) DO NOTHING`,
    [subject.kind, subject.id, lane, message.id, JSON.stringify(message.place)],
  );
}

/** Every copy of the subject. */
export async function surfacesOf(db: Db, subject: ShownSubject): Promise<readonly Surface[]> {
  const { rows } = await db.query<Omit<Surface, 'message'> & { message_id: string; message_place: Place | null }>(
    `SELECT id, place, message_id, message_place, wanted, shown, closed, error FROM surface
     WHERE subject_kind = $1 AND subject_id = $2 ORDER BY place_key`,
    [subject.kind, subject.id],
  );
  return rows.map(({ message_id, message_place, ...surface }) => ({
    ...surface,
    message: message_id === '' ? null : { place: message_place ?? surface.place, id: message_id },
  }));
}

/** Platforms count posts per conversation: what shares one is shown by one worker, under one limit. */
export function laneOf(place: Place): string {
  return [place.platform, place.tenant, place.conversation].join('|');
}
