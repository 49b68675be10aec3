// Jobs by the clock, in UTC: node-cron fires, the database elects one replica per tick. Nothing is made up for a tick that was
// missed while Picket was down, so a job must be a sweep over saved state, never the only one who remembers something.
import { createTask, type Logger } from 'node-cron';
import type { ClaimOnce } from '../model/chat.ts';
import { ConfigError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';

export interface Job {
  /** Unique; what the replicas agree on. */
  readonly name: string;
  /** Five fields, or six with seconds first. Day of month and day of week must both match. */
  readonly cron: string;
  /** Does it; the answer is logged. */
  run(): Promise<Readonly<Record<string, unknown>>>;
}

export interface Schedule {
  start(): Promise<void>;
  /** No more ticks; waits for jobs under way. */
  stop(): Promise<void>;
}

/** How long a tick stays taken: longer than clocks of replicas are apart, and than the next tick of the same second is away. */
const TICK_MS = 3_600_000;

export function createSchedule(options: { jobs: readonly Job[]; claimOnce: ClaimOnce; log: Log }): Schedule {
  const { jobs, claimOnce, log } = options;
  const running = new Set<Promise<void>>();
  const tasks = jobs.map((job) => {
    try {
      return createTask(job.cron, () => track(runJob(job, log), running), {
        name: job.name,
        timezone: 'UTC',
        noOverlap: true,
        distributed: true,
        runCoordinator: { shouldRun: async (key) => await claimOnce(`schedule|${key}`, { forMs: TICK_MS }) },
        logger: quiet(log.child({ job: job.name })),
      });
    } catch (error) {
      throw new ConfigError(`the job ${job.name} has the schedule "${job.cron}": ${messageOf(error)}`, error);
    }
  });
  return {
    start: async () => {
      for (const task of tasks) await task.start();
    },
    stop: async () => {
      for (const task of tasks) await task.destroy();
      await Promise.all(running);
    },
  };
}

async function runJob(job: Job, log: Log): Promise<void> {
  const began = performance.now();
  try {
    const result = await job.run();
    log.info('job done', { job: job.name, ms: Math.round(performance.now() - began), ...result });
  } catch (error) {
    log.error('job failed, its next tick tries again', { job: job.name, error: messageOf(error) });
  }
}

async function track(work: Promise<void>, running: Set<Promise<void>>): Promise<void> {
  running.add(work);
  await work;
  running.delete(work);
}

/** node-cron's own lines, which would be coloured text on the console. */
function quiet(log: Log): Logger {
  return {
    info: (message) => log.debug(message),
    warn: (message) => log.warn(message),
    debug: (message) => log.debug(messageOf(message)),
    error: (message, error) => log.error(messageOf(message), error === undefined ? {} : { error: error.message }),
  };
}
