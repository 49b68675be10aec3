// The one appender of the audit chain. Events commit out of the order of their ids, so the chain has its own count: a row
// that commits late is chained late. Over all replicas one appends at a time; the others find nothing left to do.
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Store, Tx } from '../store/db.ts';
import { AT, hashOf, headOf } from './chain.ts';

export interface Appender {
  /** Chains what is committed now, unless another replica is at it. Answers how many rows it chained. */
  append(): Promise<number>;
  /** Chains what comes, every `everyMs`. */
  start(): void;
  /** Chains what is there and stops. */
  stop(): Promise<void>;
}

/** Key of the advisory lock that lets one replica append at a time; 7305512 is held for as long as an embedded server has an owner. */
const LOCK = 7_305_513;
const BATCH = 500;

export function createAppender(options: { store: Store; log: Log; everyMs?: number }): Appender {
  const { store, log, everyMs = 1000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let appending: Promise<number> | undefined;

  async function append(): Promise<number> {
    appending ??= appendAll(store).finally(() => {
      appending = undefined;
    });
    return await appending;
  }

  async function tick(): Promise<void> {
    try {
      await append();
    } catch (error) {
      log.warn('the audit chain waits, the next round goes on', { error: messageOf(error) });
    }
  }

  async function stop(): Promise<void> {
    clearInterval(timer);
    // A round under way may have read before the last commits.
    await appending?.catch(() => 0);
    await tick();
  }

  return {
    append,
    stop,
    start: () => {
      timer ??= setInterval(() => void tick(), everyMs);
    },
  };
}

async function appendAll(store: Store): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await store.transaction(appendBatch);
    total += count;
    if (count < BATCH) return total;
  }
}

async function appendBatch(tx: Tx): Promise<number> {
  // Held until the commit is visible: the next appender's statements see this batch.
  const { rows: locks } = await tx.query<{ locked: boolean }>('SELECT pg_try_advisory_xact_lock($1) AS locked', [LOCK]);
  if (locks[0]?.locked !== true) return 0;
  const { rows } = await tx.query<{ id: string; at: string; event: unknown }>(
    `SELECT id, ${AT} AS at, event FROM audit WHERE seq IS NULL ORDER BY id LIMIT ${BATCH}`,
  );
  if (rows.length === 0) return 0;
  let head = await headOf(tx);
  const chained = rows.map((row) => {
    const seq = head.seq + 1;
    const previous = head.hash;
    head = { seq, hash: hashOf(previous, { seq, at: row.at, event: row.event }) };
    return { id: row.id, previous, ...head };
  });
  await tx.query(
    `UPDATE audit SET seq = link.seq, prev_hash = link.previous, hash = link.hash
     FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS link (id, seq, previous, hash) WHERE audit.id = link.id`,
    [chained.map((row) => row.id), chained.map((row) => row.seq), chained.map((row) => row.previous), chained.map((row) => row.hash)],
  );
  return rows.length;
}
