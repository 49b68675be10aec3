// The durable part: DBOS knows which bursts and timers exist, who executes them, and recovers them at launch.
// What a burst did is written in our own step rows under its line's fence, so a burst that runs again reads them and goes on;
// DBOS records nothing inside it. Names of workflows and queues are constants: an unknown one would wait for ever in silence.
import { AsyncLocalStorage } from 'node:async_hooks';
import { DBOS, DBOSClient, type DLogger } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { Log } from '../model/log.ts';
import type { Db, Tx } from '../store/db.ts';
import { type Burst, burstId } from './launcher.ts';

const APPLICATION = 'picket';
/** Fixed, or work of an earlier version would stay behind after an update: what runs is in our tables, not in the code. */
const APPLICATION_VERSION = 'picket-1';
const BURST = 'burst';
const TIMER = 'timer';
const TIMERS = 'timers';
const PRUNE_BATCH = 1_000;
const PRUNE_LIMIT_MS = 60_000;

/** What a timer asks for when its time has come. The rows and the database's clock answer. */
export type TimerCall =
  | { readonly kind: 'expire'; readonly approvalId: string; readonly level: number }
  | { readonly kind: 'remind'; readonly approvalId: string }
  | { readonly kind: 'wake'; readonly runId: string; readonly line: string }
  | { readonly kind: 'limit'; readonly runId: string };

export interface Durable {
  /** Starts a burst here; resolves when it has ended, or at once when another process has it. */
  runBurst(burst: Burst): Promise<void>;
  /** True while this process executes the burst, also one that DBOS recovered by itself. */
  isRunning(burst: Burst): boolean;
  /** Enqueues a timer in the caller's transaction. The same `id` again does nothing. */
  setTimer(tx: Tx, id: string, call: TimerCall, afterMs: number): Promise<void>;
  /** Deletes finished workflow rows older than the given age; answers how many. */
  prune(olderThanMs: number): Promise<number>;
  shutdown(): Promise<void>;
}

interface DurableSettings {
  readonly url: string;
  readonly db: Db;
  readonly executorId: string;
  readonly log: Log;
  advance(burst: Burst): Promise<void>;
  timer(call: TimerCall): Promise<void>;
}

/** Registers the workflows, launches DBOS under this process's id, and recovers what it left behind. One per process. */
export async function launchDurable(settings: DurableSettings): Promise<Durable> {
  const { log } = settings;
  const running = new Map<string, Promise<void>>();
  // Bursts start each other; without this DBOS would take the second for a child of the first.
  const outside = AsyncLocalStorage.snapshot();

  const burst = DBOS.registerWorkflow(
    async (runId: string, line: string, n: number): Promise<void> => {
      const id = burstId({ runId, line, n });
      const work = outside(async () => settings.advance({ runId, line, n }));
      running.set(id, work);
      try {
        await work;
      } finally {
        running.delete(id);
      }
    },
    { name: BURST },
  );
  DBOS.registerWorkflow(async (call: TimerCall): Promise<void> => outside(async () => settings.timer(call)), { name: TIMER });

  // What DBOS forgets in a crash of the database server it is told again: the sweep and recovery start the burst or ring the timer once
  // more, and our rows answer. Timers are set on our connections, in the transaction of what they belong to, and wait for the disk with it.
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: 12,
    application_name: 'picket-dbos',
    options: '-c synchronous_commit=off',
  });
  const lost = (error: Error): void => log.warn('database connection lost', { error: error.message });
  pool.on('error', lost);
  // Also while DBOS has them: it listens a moment too late to one that is lost as it is handed over, and the process would end.
  pool.on('connect', (client) => void client.on('error', lost));
  const logger = dbosLogger(log);
  DBOS.setConfig({
    name: APPLICATION,
    systemDatabaseUrl: settings.url,
    systemDatabasePool: pool,
    executorID: settings.executorId,
    applicationVersion: APPLICATION_VERSION,
    logger,
  });
  await DBOS.launch();
  await DBOS.registerQueue(TIMERS, { workerConcurrency: 20, onConflict: 'always_update' });
  const client = await DBOSClient.create({
    systemDatabaseUrl: settings.url,
    systemDatabasePool: pool,
    applicationName: APPLICATION,
    logger,
  });

  return {
    runBurst: async (wanted) => {
      const id = burstId(wanted);
      await outside(async () => DBOS.startWorkflow(burst, { workflowID: id })(wanted.runId, wanted.line, wanted.n));
      await running.get(id);
    },
    isRunning: (burst) => running.has(burstId(burst)),
    setTimer: async (tx, id, call, afterMs) => {
      const options = { workflowName: TIMER, queueName: TIMERS, workflowID: id, delaySeconds: Math.max(afterMs, 1) / 1000 };
      await client.enqueueInTransaction(tx.client, options, call);
    },
    prune: async (olderThanMs) => {
      const before = new Date(Date.now() - olderThanMs).toISOString();
      const deadline = performance.now() + PRUNE_LIMIT_MS;
      let deleted = 0;
      for (;;) {
        const done = await DBOS.listWorkflows({
          status: ['SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED'],
          completedBefore: before,
          limit: PRUNE_BATCH,
          loadInput: false,
          loadOutput: false,
        });
        await DBOS.deleteWorkflows(done.map((workflow) => workflow.workflowID));
        deleted += done.length;
        // A storm leaves more than one batch; what is over the time is left to the next round.
        if (done.length < PRUNE_BATCH || performance.now() > deadline) return deleted;
      }
    },
    shutdown: async () => {
      await client.destroy();
      await DBOS.shutdown({ deregister: true });
      await pool.end();
    },
  };
}

function dbosLogger(log: Log): DLogger {
  const text = (entry: unknown): string => (entry instanceof Error ? entry.message : String(entry));
  return {
    debug: () => undefined,
    info: (entry) => log.debug('dbos', { said: text(entry) }),
    warn: (entry) => log.warn('dbos', { said: text(entry) }),
    error: (entry) => log.error('dbos', { said: text(entry) }),
  };
}
