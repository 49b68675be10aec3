// Ways in which Slack lets one down, switched on for the next calls of a method.

export type Fault =
  | { readonly kind: 'rate-limit'; readonly seconds: number }
  /** The call is executed and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'http'; readonly status: number }
  | { readonly kind: 'delay'; readonly ms: number };

export interface Faults {
  /** The next `times` calls of the method (default 1; `response_url` is a method here) meet the fault. */
  next(method: string, fault: Fault, times?: number): void;
  /** No more faults. */
  clear(): void;
  /** At most this many posts per channel and second, 429 beyond; null for no limit. */
  postsPerSecond: number | null;
}

export interface FaultPlan extends Faults {
  take(method: string): Fault | null;
  /** Seconds to wait before this post is allowed, 0 when it is allowed now. */
  wait(channel: string): number;
}

export function createFaults(): FaultPlan {
  const planned = new Map<string, Fault[]>();
  const posts = new Map<string, number[]>();
  const plan: FaultPlan = {
    postsPerSecond: null,
    next(method, fault, times = 1) {
      const queue = planned.get(method) ?? [];
      queue.push(...Array.from({ length: times }, () => fault));
      planned.set(method, queue);
    },
    clear: () => planned.clear(),
    take: (method) => planned.get(method)?.shift() ?? null,
    wait(channel) {
      if (plan.postsPerSecond === null) return 0;
      const recent = (posts.get(channel) ?? []).filter((at) => at > Date.now() - 1_000);
      posts.set(channel, recent);
      if (recent.length >= plan.postsPerSecond) return 1;
      recent.push(Date.now());
      return 0;
    },
  };
  return plan;
}
