// Who this process is among the replicas: a small stable id held by an advisory lock, and a heartbeat.
// A stable id lets DBOS recover at launch what this process left behind; the lock keeps a second process from using it.
import pg from 'pg';
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';

export interface Executor {
  readonly id: string;
  /** Writes the heartbeat; called by the sweep. */
  beat(): Promise<void>;
  /** False when this process missed its own heartbeat: others may have taken its work, so it must start no effect. */
  mayAct(): boolean;
  release(): Promise<void>;
}

/** First key of the two-key advisory lock; the second is the number in the id. */
const LOCK_SPACE = 730_551;
const MOST_REPLICAS = 64;
/** A connection that takes longer is as good as lost. */
const QUERY_LIMIT_MS = 5_000;

/** Takes the lowest free id and writes its first heartbeat, which must be there before DBOS launches. */
export async function takeExecutor(settings: { url: string; heartbeatLimitMs: number; log: Log }): Promise<Executor> {
  const { log } = settings;
  let lock = await connect(settings.url);
  const number = await takeLowest(lock.client);
  const id = `picket-${number}`;
  let lastBeat = 0;

  const relock = async (): Promise<boolean> => {
    lock = await connect(settings.url);
    const held = await tryLock(lock.client, number);
    if (!held) await lock.client.end();
    return held;
  };

  let beating = false;
  const beat = async (): Promise<void> => {
    if (beating) return;
    beating = true;
    try {
      if (lock.lost() && !(await relock())) {
        log.error('another process uses the id of this one: no effect is started until it is free', { executor: id });
        return;
      }
      // On the lock's own connection: a pool that is all at work must not look like a dead process.
      await lock.client.query('INSERT INTO picket.executor (id, seen) VALUES ($1, now()) ON CONFLICT (id) DO UPDATE SET seen = now()', [
        id,
      ]);
      lastBeat = performance.now();
    } catch (error) {
      log.warn('heartbeat failed', { executor: id, error: messageOf(error) });
    } finally {
      beating = false;
    }
  };

  await beat();
  return {
    id,
    beat,
    mayAct: () => performance.now() - lastBeat < settings.heartbeatLimitMs / 2,
    release: async () => {
      if (!lock.lost()) await lock.client.end();
    },
  };
}

interface LockConnection {
  readonly client: pg.Client;
  lost(): boolean;
}

async function connect(url: string): Promise<LockConnection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'picket-executor',
    keepAlive: true,
    query_timeout: QUERY_LIMIT_MS,
  });
  let lost = false;
  client.on('error', () => {
    lost = true;
  });
  client.on('end', () => {
    lost = true;
  });
  await client.connect();
  return { client, lost: () => lost };
}

async function takeLowest(client: pg.Client): Promise<number> {
  for (let number = 0; number < MOST_REPLICAS; number += 1) {
    if (await tryLock(client, number)) return number;
  }
  throw new Error(`${MOST_REPLICAS} replicas already use this database`);
}

async function tryLock(client: pg.Client, number: number): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [LOCK_SPACE, number]);
  return rows[0]?.held === true;
}
