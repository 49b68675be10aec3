// What happened and who did it, append-only. An event is saved in the transaction of what it tells about; the chain is
// made afterwards by the one appender (appender.ts), so that nobody waits for anybody else's commit.
import type { Db } from '../store/db.ts';
import { savableJson } from '../store/savable.ts';

export type AuditKind =
  | 'incident received'
  | 'rule applied'
  | 'run started'
  | 'run ended'
  | 'run cancelled'
  | 'approval asked'
  | 'vote'
  | 'decision'
  | 'effect started'
  | 'effect done'
  | 'effect failed'
  | 'identity proposed'
  | 'identity bound'
  | 'refused';

export interface AuditEvent {
  readonly kind: AuditKind;
  /** A person's id, or what acted on its own: `rule first-look`, `timer`, `engine`. */
  readonly who: string;
  /** Ids and plain values; never a secret. */
  readonly what: Readonly<Record<string, unknown>>;
}

/** Saves an event as part of the caller's transaction: it stands if and only if what it tells about stands. */
export async function recordAudit(db: Db, event: AuditEvent): Promise<void> {
  await db.query('INSERT INTO audit (event) VALUES ($1)', [savableJson(event)]);
}
