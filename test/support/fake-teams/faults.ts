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
}

export interface FaultPlan extends Faults {
  take(operation: Operation): Fault | null;
}

export function createFaults(): FaultPlan {
  const planned = new Map<Operation, Fault[]>();
  return {
    next(operation, fault, times = 1) {
      planned.set(operation, [...(planned.get(operation) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    take: (operation) => planned.get(operation)?.shift() ?? null,
  };
}
