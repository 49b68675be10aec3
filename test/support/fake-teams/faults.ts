// Ways in which Teams lets one down, switched on for the next calls of an operation.

export type Operation = 'create' | 'send' | 'edit' | 'member' | 'token' | 'keys';

export type Fault =
  /** Without `seconds` the answer says no time. */
  | { readonly kind: 'rate-limit'; readonly seconds?: number }
  /** The call is executed and its answer is lost. */
  | { readonly kind: 'lose-answer' }
  /** The connection breaks before anything is done. */
  | { readonly kind: 'drop' }
  | { readonly kind: 'http'; readonly status: number; readonly code?: string }
  | { readonly kind: 'delay'; readonly ms: number };

export interface Faults {
  /** The next `times` calls of the operation (default 1) meet the fault. */
  next(operation: Operation, fault: Fault, times?: number): void;
  /** Refuse what is beyond the documented limits of one conversation; off by default. */
  enforceLimits: boolean;
}

export interface FaultPlan extends Faults {
  /** What the next call meets; `conversation` is what it writes to, '' for reads. */
  take(operation: Operation, conversation: string): Fault | null;
}

/** learn.microsoft.com, rate limits per bot and thread. */
const LIMITS = [
  { count: 7, perMs: 1_000 },
  { count: 8, perMs: 2_000 },
  { count: 60, perMs: 30_000 },
] as const;

export function createFaults(): FaultPlan {
  const planned = new Map<Operation, Fault[]>();
  const writes = new Map<string, number[]>();

  function isTooFast(conversation: string): boolean {
    const now = performance.now();
    const recent = (writes.get(conversation) ?? []).filter((at) => at > now - 30_000);
    const isOver = LIMITS.some(({ count, perMs }) => recent.filter((at) => at > now - perMs).length >= count);
    writes.set(conversation, isOver ? recent : [...recent, now]);
    return isOver;
  }

  const plan: FaultPlan = {
    enforceLimits: false,
    next(operation, fault, times = 1) {
      planned.set(operation, [...(planned.get(operation) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    take(operation, conversation) {
      const fault = planned.get(operation)?.shift();
      if (fault !== undefined) return fault;
      return plan.enforceLimits && conversation !== '' && isTooFast(conversation) ? { kind: 'rate-limit', seconds: 1 } : null;
    },
  };
  return plan;
}
