// Walks a playbook from the top along what is recorded, to the first step that has no outcome yet. Pure: same records, same answer.
//
// Paths: `id`, `id/then/id`, `id/else/id`, `id[3]/id` in a loop (from 0), `id:branch/id` in a parallel step. A branch is a line of its
// own, called `path:branch`. Ids and branches have no sign of these in them, so a path is unique within a run.
import { messageOf } from '../model/errors.ts';
import type {
  ActionStep,
  ApprovalStep,
  IfStep,
  LoopStep,
  Next,
  ParallelStep,
  Playbook,
  Scope,
  Step,
  StepRecord,
  WaitStep,
} from '../model/playbook.ts';

/** A loop over more than this fails: it was not meant. */
export const MAX_ITEMS = 500;

interface Walk {
  readonly records: ReadonlyMap<string, StepRecord>;
  readonly line: string;
}

type Variables = Record<string, unknown>;

/** What `line` needs next. The `effects` of an ask are left empty. */
export function walkLine(playbook: Playbook, scope: Scope, records: ReadonlyMap<string, StepRecord>, line: string): Next {
  const found = walkList({ records, line }, playbook.steps, '', { ...scope });
  if (found !== null) return found;
  if (line === 'main') return { kind: 'done' };
  return { kind: 'failed', path: '', step: null, error: `the playbook has no line ${line}` };
}

/** The first thing to do in the list, or null when all of it is done; the outputs are added to `variables`. */
function walkList(walk: Walk, steps: readonly Step[], prefix: string, variables: Variables): Next | null {
  for (const step of steps) {
    const found = walkStep(walk, step, `${prefix}${step.id}`, variables);
    if (found !== null) return found;
  }
  return null;
}

function walkStep(walk: Walk, step: Step, path: string, variables: Variables): Next | null {
  const record = walk.records.get(path);
  try {
    // A branch goes on even when its sibling has failed the whole.
    if (step.kind === 'parallel' && branchOf(walk, step, path) !== undefined) return walkParallel(walk, step, path, { record, variables });
    if (record === undefined && step.when !== undefined && step.when.evaluate(variables) !== true) {
      return { kind: 'note', path, step, status: 'skipped', output: null };
    }
    if (record?.status === 'skipped') return null;
    if (record?.status === 'failed') return afterFailure(step, record, variables);
    switch (step.kind) {
      case 'action':
        return walkAction(step, path, { record, variables });
      case 'approval':
        return walkApproval(step, path, { record, variables });
      case 'wait':
        return walkWait(step, path, { record, variables });
      case 'if':
        return walkIf(walk, step, path, { record, variables });
      case 'loop':
        return walkLoop(walk, step, path, { record, variables });
      case 'parallel':
        return walkParallel(walk, step, path, { record, variables });
    }
  } catch (error) {
    return { kind: 'failed', path, step, error: `line ${step.line}: ${messageOf(error)}` };
  }
}

interface State {
  readonly record: StepRecord | undefined;
  readonly variables: Variables;
}

function afterFailure(step: Step, record: StepRecord, variables: Variables): Next | null {
  if (step.kind !== 'action' || step.onError !== 'continue') return { kind: 'failed', path: record.path, step, error: record.error };
  set(variables, step.id, { ok: false, error: record.error });
  return null;
}

function walkAction(step: ActionStep, path: string, { record, variables }: State): Next | null {
  if (record === undefined) return { kind: 'action', path, step, input: objectOf(step.with.evaluate(variables)) };
  if (record.status !== 'done') return { kind: 'parked', path };
  const output = objectOf(record.output);
  set(variables, step.id, step.onError === 'continue' ? { ...output, ok: true, error: '' } : output);
  return null;
}

function walkApproval(step: ApprovalStep, path: string, { record, variables }: State): Next | null {
  if (record === undefined) return { kind: 'ask', path, step, question: String(step.question.evaluate(variables)), effects: [] };
  if (record.status !== 'done') return { kind: 'parked', path };
  const output = objectOf(record.output);
  set(variables, step.id, Array.isArray(output.by) ? { ...output, by: output.by.join(', ') } : output);
  return null;
}

function walkWait(step: WaitStep, path: string, { record, variables }: State): Next | null {
  if (record === undefined) return { kind: 'wait', path, step, ms: Number(step.forMs.evaluate(variables)) };
  return record.status === 'done' ? null : { kind: 'parked', path };
}

function walkIf(walk: Walk, step: IfStep, path: string, { record, variables }: State): Next | null {
  if (record === undefined) {
    const taken = step.condition.evaluate(variables) === true ? 'then' : 'else';
    return { kind: 'note', path, step, status: 'done', output: { taken } };
  }
  const { taken } = objectOf(record.output);
  if (taken === 'then') return walkList(walk, step.then, `${path}/then/`, { ...variables });
  return taken === 'else' ? walkList(walk, step.else, `${path}/else/`, { ...variables }) : null;
}

function walkLoop(walk: Walk, step: LoopStep, path: string, { record, variables }: State): Next | null {
  if (record === undefined) {
    const items = listOf(step.in.evaluate(variables));
    if (items.length > MAX_ITEMS) throw new Error(`the list has ${items.length} items, more than ${MAX_ITEMS}: filter it`);
    return { kind: 'note', path, step, status: 'done', output: { items } };
  }
  for (const [index, item] of listOf(objectOf(record.output).items).entries()) {
    const inner = { ...variables };
    set(inner, step.as, item);
    const found = walkList(walk, step.steps, `${path}[${index}]/`, inner);
    if (found !== null) return found;
  }
  return null;
}

/** The branch of this step that the walked line is, or is in. */
function branchOf(walk: Walk, step: ParallelStep, path: string): ParallelStep['branches'][number] | undefined {
  return step.branches.find(({ name }) => walk.line === `${path}:${name}` || walk.line.startsWith(`${path}:${name}/`));
}

function walkParallel(walk: Walk, step: ParallelStep, path: string, { record, variables }: State): Next | null {
  const own = branchOf(walk, step, path);
  if (own !== undefined) return walkList(walk, own.steps, `${path}:${own.name}/`, variables) ?? { kind: 'done' };
  if (record === undefined) return { kind: 'fork', path, step, lines: step.branches.map(({ name }) => `${path}:${name}`) };
  if (record.status !== 'done') return { kind: 'parked', path };
  // Each branch saw only itself; what they left is put together here.
  const joined: Variables = {};
  for (const { name, steps } of step.branches) {
    const inner = { ...variables };
    const unfinished = walkList(walk, steps, `${path}:${name}/`, inner);
    if (unfinished !== null) return unfinished;
    for (const [key, value] of Object.entries(inner)) if (variables[key] !== value) set(joined, key, value);
  }
  for (const [key, value] of Object.entries(joined)) set(variables, key, value);
  return null;
}

function set(variables: Variables, name: string, value: unknown): void {
  Object.defineProperty(variables, name, { value, writable: true, enumerable: true, configurable: true });
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error('the result is not a list');
}
