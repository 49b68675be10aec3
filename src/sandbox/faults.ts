// Faults on demand, so that a test or a person at the console can see what Picket does when the outside misbehaves.
import { z } from 'zod';
import { SYSTEMS, type System } from './call.ts';

const Pattern = z.string().refine(isPattern, 'is not a regular expression');

const Shape = z.strictObject({
  system: z.enum(SYSTEMS),
  /** Which calls: an HTTP method (`DATA` for smtp), and a regular expression on path and query (recipients for smtp). Absent: all. */
  match: z.strictObject({ method: z.string().optional(), path: Pattern.optional() }).optional(),
  /**
   * `status`: not done, answered with `status` (503) and `retryAfter`. `delay`: done after `ms`. `reset`: not done, connection cut.
   * `lost-answer`: done, then the connection is cut. `nonsense`: not done, answered 200 with a page of HTML.
   */
  kind: z.enum(['status', 'delay', 'reset', 'lost-answer', 'nonsense']),
  status: z.number().int().min(400).max(599).optional(),
  /** Seconds, or a date. */
  retryAfter: z.union([z.number(), z.string()]).optional(),
  ms: z.number().int().min(0).max(600_000).optional(),
  /** How many calls it strikes. Absent: until DELETE /control/faults. */
  times: z.number().int().min(1).optional(),
});
export const Fault = Shape.refine(({ system, kind }) => system !== 'smtp' || kind !== 'nonsense', 'smtp has no nonsense: use status');
export type Fault = z.infer<typeof Fault>;

export class Faults {
  #waiting: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#waiting.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  clear(): void {
    this.#waiting = [];
  }

  list(): readonly Fault[] {
    return this.#waiting.map(({ fault }) => fault);
  }

  /** The oldest fault that fits this call; it is used up by one. */
  take(system: System, method: string, path: string): Fault | undefined {
    const found = this.#waiting.find(({ fault }) => fault.system === system && fits(fault, method, path));
    if (found === undefined) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#waiting = this.#waiting.filter((other) => other !== found);
    return found.fault;
  }
}

function fits({ match }: Fault, method: string, path: string): boolean {
  if (match?.method !== undefined && match.method.toUpperCase() !== method) return false;
  return match?.path === undefined || new RegExp(match.path).test(path);
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
