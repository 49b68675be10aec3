// Builds the steps of a playbook from the file, with the variables that each of them may see.
// A step's output is visible to the steps after it in the same list and below; after a parallel step also those of its branches.
import { z } from 'zod';
import type { Step } from '../model/playbook.ts';
import type { Path } from '../yaml/read.ts';
import { suggest } from '../yaml/suggest.ts';
import { DURATION_HINT, parseDuration } from './duration.ts';
import type { Names } from './expressions.ts';
import { StepFormat } from './format.ts';
import { constantOf, inWords, type Reader } from './reader.ts';
import { DYN, type Shape } from './shapes.ts';
import { actionStep } from './step-action.ts';
import { approvalStep } from './step-approval.ts';
import { type Built, baseOf, type Spot } from './step-base.ts';
import { RESERVED } from './trigger.ts';

/** What is shared by all steps of one file while they are built. */
export interface Building {
  readonly reader: Reader;
  /** Ids in the file; generated ids avoid them. */
  readonly taken: Set<string>;
  /** Ids of steps that were built: what is not among them comes later. */
  readonly reached: Set<string>;
}

const KINDS = ['action', 'approval', 'if', 'parallel', 'for', 'wait'] as const;
const ANY_STEPS = z.array(z.unknown()).min(1);

interface BuiltList {
  readonly steps: readonly Step[];
  readonly gives: ReadonlyMap<string, Shape>;
}

/** Builds a list of steps; `prefix` begins the ids of those that have none. */
export function buildSteps(
  building: Building,
  raw: unknown,
  place: { readonly path: Path; readonly prefix: string; readonly names: Names },
): BuiltList {
  const steps: Step[] = [];
  const gives = new Map<string, Shape>();
  let { names } = place;
  for (const [index, item] of listOfUnknown(raw).entries()) {
    const path = [...place.path, index];
    const id = idOf(building, item, path, `${place.prefix}${index + 1}`);
    const built = buildStep(building, item, { path, id, names });
    building.reached.add(id);
    const given = built?.gives ?? new Map([[id, DYN]]);
    if (built !== undefined) steps.push(built.step);
    for (const [name, shape] of given) {
      gives.set(name, shape);
      names = names.with(name, shape);
    }
  }
  return { steps, gives };
}

function idOf({ reader, taken }: Building, item: unknown, path: Path, made: string): string {
  const given: unknown = typeof item === 'object' && item !== null && 'id' in item ? item.id : undefined;
  if (typeof given === 'string') {
    if (RESERVED.has(given))
      reader.problem([...path, 'id'], `${given} cannot be the id of a step: the name has a meaning of its own`, 'take another name');
    return given;
  }
  let id = made;
  while (taken.has(id)) id += '_';
  taken.add(id);
  return id;
}

function buildStep(building: Building, raw: unknown, spot: Spot): Built | undefined {
  const { reader } = building;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    reader.problem(spot.path, 'a step must be a map', `it begins with one of ${KINDS.join(', ')}`);
    return undefined;
  }
  const kinds = KINDS.filter((kind) => kind in raw);
  const [kind] = kinds;
  if (kind === undefined) {
    const near = Object.keys(raw)
      .map((key) => suggest(key, KINDS))
      .find((hint) => hint?.startsWith('did you mean'));
    reader.problem(spot.path, `a step must have one of ${KINDS.join(', ')}`, near);
    return undefined;
  }
  if (kinds.length > 1) {
    reader.problem(spot.path, `a step cannot be ${kinds.join(' and ')} at once`, 'make a step of each');
    return undefined;
  }
  switch (kind) {
    case 'action':
      return actionStep(reader, raw, spot);
    case 'approval':
      return approvalStep(reader, raw, spot);
    case 'if':
      return ifStep(building, raw, spot);
    case 'parallel':
      return parallelStep(building, raw, spot);
    case 'for':
      return loopStep(building, raw, spot);
    case 'wait':
      return waitStep(reader, raw, spot);
  }
}

function ifStep(building: Building, raw: object, spot: Spot): Built | undefined {
  const { reader } = building;
  const parsed = reader.parse(StepFormat.if(ANY_STEPS), raw, spot.path);
  if (parsed === undefined) return undefined;
  const condition = reader.expression(parsed.if, [...spot.path, 'if'], { names: spot.names, kind: 'bool' });
  const base = baseOf(reader, parsed.when, spot);
  const then = buildSteps(building, parsed.steps, { path: [...spot.path, 'steps'], prefix: `${spot.id}_then`, names: spot.names });
  const otherwise = buildSteps(building, parsed.else ?? [], { path: [...spot.path, 'else'], prefix: `${spot.id}_else`, names: spot.names });
  if (condition === undefined) return undefined;
  // biome-ignore lint/suspicious/noThenProperty: a list, not a function: nothing takes it for a promise
  return { step: { ...base, kind: 'if', condition, then: then.steps, else: otherwise.steps }, gives: new Map() }; // oxlint-disable-line unicorn/no-thenable
}

function parallelStep(building: Building, raw: object, spot: Spot): Built | undefined {
  const { reader } = building;
  const parsed = reader.parse(StepFormat.parallel(ANY_STEPS), raw, spot.path);
  if (parsed === undefined) return undefined;
  const gives = new Map<string, Shape>();
  const branches: { name: string; steps: readonly Step[] }[] = [];
  for (const [index, branch] of parsed.parallel.entries()) {
    const path = [...spot.path, 'parallel', index];
    if (branches.some(({ name }) => name === branch.name))
      reader.problem([...path, 'name'], `there are two branches called ${branch.name}`, 'rename one');
    const built = buildSteps(building, branch.steps, { path: [...path, 'steps'], prefix: `${spot.id}_${branch.name}`, names: spot.names });
    branches.push({ name: branch.name, steps: built.steps });
    if (parsed.when === undefined) for (const [name, shape] of built.gives) gives.set(name, shape);
  }
  return { step: { ...baseOf(reader, parsed.when, spot), kind: 'parallel', branches }, gives };
}

function loopStep(building: Building, raw: object, spot: Spot): Built | undefined {
  const { reader } = building;
  const parsed = reader.parse(StepFormat.for(ANY_STEPS), raw, spot.path);
  if (parsed === undefined) return undefined;
  const { each, as } = parsed.for;
  const list = reader.expression(each, [...spot.path, 'for', 'each'], { names: spot.names, kind: 'list' });
  if (RESERVED.has(as) || spot.names.shapes.has(as) || building.taken.has(as)) {
    reader.problem([...spot.path, 'for', 'as'], `${as} is already the name of something else`, 'take another name');
  }
  const item = list?.type.kind === 'list' ? list.type.of : DYN;
  const body = buildSteps(building, parsed.steps, {
    path: [...spot.path, 'steps'],
    prefix: `${spot.id}_do`,
    names: spot.names.with(as, item),
  });
  if (list === undefined) return undefined;
  return { step: { ...baseOf(reader, parsed.when, spot), kind: 'loop', as, in: list, steps: body.steps }, gives: new Map() };
}

function waitStep(reader: Reader, raw: object, spot: Spot): Built | undefined {
  const parsed = reader.parse(StepFormat.wait, raw, spot.path);
  if (parsed === undefined) return undefined;
  const path = [...spot.path, 'wait'];
  const base = baseOf(reader, parsed.when, spot);
  const text = reader.text(parsed.wait, path, spot.names);
  if (text === undefined) return undefined;
  if (text.constant) {
    const ms = parseDuration(parsed.wait);
    if (ms === null) reader.problem(path, `${parsed.wait} is not a duration`, DURATION_HINT);
    return { step: { ...base, kind: 'wait', forMs: constantOf(ms ?? 0) }, gives: new Map() };
  }
  if (text.type.kind !== 'string' && text.type.kind !== 'dyn')
    reader.problem(path, `the wait is ${inWords(text.type)}, not a duration`, DURATION_HINT);
  const evaluate: typeof text.evaluate = (scope) => waitMs(text.evaluate(scope));
  return { step: { ...base, kind: 'wait', forMs: { constant: false, evaluate } }, gives: new Map() };
}

function waitMs(value: unknown): number {
  const ms = typeof value === 'string' ? parseDuration(value) : null;
  if (ms === null) throw new Error(`${JSON.stringify(value)} is not a duration: ${DURATION_HINT}`);
  return ms;
}

function listOfUnknown(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
