// Probes: `/healthz` says that the process lives, `/readyz` that it can do its work.
// They are open to everybody who reaches the port, so reasons go to the log and not into the answer.
import { Hono } from 'hono';
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';

/** One thing that must hold before work is taken: resolves when it does, throws with the reason when not. */
export interface ReadyCheck {
  /** `database`, `migrations`, `engine`. */
  readonly name: string;
  check(): Promise<void>;
}

export function healthRoutes({ checks, log }: { readonly checks: readonly ReadyCheck[]; readonly log: Log }): Hono {
  return new Hono()
    .get('/healthz', (context) => context.json({ alive: true }))
    .get('/readyz', async (context) => {
      const failing: string[] = [];
      await Promise.all(
        checks.map(async ({ name, check }) => {
          const problem = await problemOf(check);
          if (problem === '') return;
          failing.push(name);
          log.warn('not ready', { check: name, problem });
        }),
      );
      return context.json({ ready: failing.length === 0, failing: failing.sort() }, failing.length === 0 ? 200 : 503);
    });
}

// A probe that hangs would hold the load balancer's connection.
const LIMIT_MS = 2_000;

async function problemOf(check: () => Promise<void>): Promise<string> {
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve('no answer within 2 seconds'), LIMIT_MS);
  const asked = check().then(
    () => '',
    (error: unknown) => messageOf(error),
  );
  const result = await Promise.race([asked, late.promise]);
  clearTimeout(timer);
  return result;
}
