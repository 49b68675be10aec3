// Expressions of playbooks: CEL with declared, typed variables, checked when the file is loaded.
// `matches` is refused: it is a JavaScript regular expression, and a bad one hangs the process. `like(text, glob)` stands in for it.
import { TypeError as CelTypeError, Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js';
import { messageOf } from '../model/errors.ts';
import type { Scope } from '../model/playbook.ts';
import { suggest } from '../yaml/suggest.ts';
import { parseDuration } from './duration.ts';
import { inspect } from './inspect.ts';
import { like } from './like.ts';
import { BOOL, DOUBLE, DYN, INT, listOf, type ObjectShape, type Shape, STRING } from './shapes.ts';
import { type CelClass, celClass, fromCel, toCel } from './values.ts';

export const MAX_EXPRESSION = 1_000;
const LIMITS = { maxAstNodes: 400, maxDepth: 40, maxListElements: 200, maxMapEntries: 100, maxCallArguments: 16 };

/** An expression that was checked. */
export interface Compiled {
  readonly ok: true;
  readonly type: Shape;
  /** Evaluates to plain JSON. Throws an Error that a playbook author can read. */
  evaluate(scope: Scope): unknown;
}

/** Why an expression is refused; `offset` is the character in it that the message is about. */
export interface Fault {
  readonly ok: false;
  readonly offset: number;
  readonly message: string;
  readonly hint?: string;
  /** Set when the fault is a variable that is not visible here. */
  readonly unknown?: string;
}

/** The variables that are visible at one point of a playbook. */
export interface Names {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** These and one more; a later one hides an earlier one. */
  with(name: string, shape: Shape): Names;
  compile(text: string): Compiled | Fault;
}

/** No variables, only the functions. */
export function noNames(): Names {
  return namesOf(new Map(), rootEngine);
}

function namesOf(shapes: ReadonlyMap<string, Shape>, open: () => Engine): Names {
  let engine: Engine | undefined;
  const opened = (): Engine => {
    engine ??= open();
    return engine;
  };
  const names: Names = {
    shapes,
    // A name that cannot be one, or is one already, was reported by whoever read it from the file.
    with: (name, shape) =>
      shapes.has(name) || !VARIABLE.test(name) || CEL_WORDS.has(name)
        ? names
        : namesOf(new Map([...shapes, [name, shape]]), () => extend(opened(), name, shape)),
    compile: (text) => compile(text, shapes, opened()),
  };
  return names;
}

/** Words that CEL keeps for itself, and the names of its types. */
export const CEL_WORDS: ReadonlySet<string> = new Set([
  ...'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
  ...'string int uint double bool list map bytes null_type type dyn optional cel has prototype constructor'.split(' '),
]);

const VARIABLE = /^[a-z][a-z0-9_]{0,39}$/;

interface Engine {
  readonly environment: Environment;
  /** Objects by the name of their type, for reading a type back. */
  readonly objects: ReadonlyMap<string, ObjectShape>;
  readonly classes: ReadonlyMap<string, CelClass>;
}

function rootEngine(): Engine {
  const environment = new Environment({ limits: LIMITS, homogeneousAggregateLiterals: false });
  environment.registerFunction('like(string, string): bool', like);
  environment.registerFunction('seconds(string): int', seconds);
  return { environment, objects: new Map(), classes: new Map() };
}

/** The same with one more variable. A copy costs little; making all of it anew for every step would not. */
function extend(engine: Engine, name: string, shape: Shape): Engine {
  const environment = engine.environment.clone();
  const objects = new Map(engine.objects);
  const classes = new Map(engine.classes);
  const declare = (object: ObjectShape): void => {
    if (objects.has(object.name)) return;
    objects.set(object.name, object);
    const made = celClass(object, (inner) => classes.get(inner.name));
    classes.set(object.name, made);
    const fields = Object.entries(object.fields).map(([field, type]): [string, string] => [field, typeName(type, declare)]);
    environment.registerType(typeNameOf(object), { ctor: made, fields: Object.fromEntries(fields) });
  };
  environment.registerVariable(name, typeName(shape, declare));
  return { environment, objects, classes };
}

// The prefix keeps a step called `string` or `list` from clashing with a type of CEL.
const PREFIX = 'the ';

function typeNameOf(shape: ObjectShape): string {
  return `${PREFIX}${shape.name}`;
}

function typeName(shape: Shape, declare: (shape: ObjectShape) => void): string {
  switch (shape.kind) {
    case 'list':
      return `list<${typeName(shape.of, declare)}>`;
    case 'map':
      return `map<string, ${typeName(shape.of, declare)}>`;
    case 'object':
      declare(shape);
      return typeNameOf(shape);
    default:
      return shape.kind;
  }
}

/** A type as CEL names it. */
function shapeOfType(name: string, objects: ReadonlyMap<string, ObjectShape>): Shape {
  const list = /^list<(.+)>$/.exec(name)?.[1];
  if (list !== undefined) return listOf(shapeOfType(list, objects));
  const map = /^map<[^,]+, (.+)>$/.exec(name)?.[1];
  if (map !== undefined) return { kind: 'map', of: shapeOfType(map, objects) };
  if (name === 'list') return listOf(DYN);
  if (name === 'map') return { kind: 'map', of: DYN };
  const simple = { string: STRING, int: INT, double: DOUBLE, bool: BOOL, 'google.protobuf.Timestamp': STRING };
  const found = Object.entries(simple).find(([type]) => type === name)?.[1];
  return found ?? objects.get(name.slice(PREFIX.length)) ?? DYN;
}

/** Types of CEL that have no JSON form. */
const UNSAVED = new Set(['uint', 'bytes', 'type', 'google.protobuf.Duration']);

function compile(text: string, shapes: Names['shapes'], engine: Engine): Compiled | Fault {
  const source = text.trim();
  if (source === '') return { ok: false, offset: 0, message: 'the expression is empty' };
  if (text.length > MAX_EXPRESSION) return { ok: false, offset: 0, message: `the expression is longer than ${MAX_EXPRESSION} characters` };
  const lead = text.length - text.trimStart().length;
  try {
    const program = engine.environment.parse(source);
    const seen = inspect(program.ast);
    if (seen.refused !== undefined) return { ...seen.refused, ok: false, offset: lead + seen.refused.offset };
    const checked = program.check();
    if (!checked.valid) return faultOf(checked.error, lead, { shapes, engine });
    if (UNSAVED.has(checked.type ?? ''))
      return { ok: false, offset: lead, message: `the result is of type ${checked.type}`, hint: 'make it text with string(), or int()' };
    const used = [...seen.names].filter((name) => shapes.has(name));
    const evaluate = (scope: Scope): unknown => fromCel(run(program, contextOf(scope, used, { shapes, engine })));
    return { ok: true, type: shapeOfType(checked.type ?? 'dyn', engine.objects), evaluate };
  } catch (error) {
    return faultOf(error, lead, { shapes, engine });
  }
}

interface Sight {
  readonly shapes: Names['shapes'];
  readonly engine: Engine;
}

function contextOf(scope: Scope, used: readonly string[], { shapes, engine }: Sight): Record<string, unknown> {
  const context: Record<string, unknown> = {};
  for (const name of used) {
    const shape = shapes.get(name);
    if (shape !== undefined && Object.hasOwn(scope, name))
      context[name] = toCel(scope[name], shape, (inner) => engine.classes.get(inner.name));
  }
  return context;
}

function run(program: (context: Record<string, unknown>) => unknown, context: Record<string, unknown>): unknown {
  try {
    return program(context);
  } catch (error) {
    throw new Error(summaryOf(error), { cause: error });
  }
}

function faultOf(error: unknown, lead: number, { shapes, engine }: Sight): Fault {
  if (!isCelError(error)) return { ok: false, offset: 0, message: messageOf(error) };
  const offset = lead + (error.range?.start ?? 0);
  if (error.code === 'unknown_variable') {
    const name = error.summary.replace(/^Unknown variable: /, '');
    const hint = suggest(name, [...shapes.keys()]);
    return { ok: false, offset, message: `unknown variable ${name}`, unknown: name, ...(hint === undefined ? {} : { hint }) };
  }
  const field = error.code === 'no_such_key' ? fieldFault(error, engine) : undefined;
  if (field !== undefined) return { ok: false, offset, ...field };
  return { ok: false, offset, message: summaryOf(error) };
}

function fieldFault(error: CelError, engine: Engine): { message: string; hint?: string } | undefined {
  const key = error.summary.replace(/^No such key: /, '');
  const parts: unknown = error.node?.args;
  const owner: unknown = error.node?.op === '.' && Array.isArray(parts) ? parts[0] : undefined;
  const type: unknown = typeof owner === 'object' && owner !== null ? Reflect.get(owner, 'checkedType') : undefined;
  const shape = engine.objects.get(String(type).slice(PREFIX.length));
  if (shape === undefined) return undefined;
  const hint = suggest(key, Object.keys(shape.fields));
  return { message: `${shape.name} has no field ${key}`, ...(hint === undefined ? {} : { hint }) };
}

type CelError = ParseError | EvaluationError | CelTypeError;

function isCelError(error: unknown): error is CelError {
  return error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError;
}

function summaryOf(error: unknown): string {
  return (isCelError(error) ? error.summary : messageOf(error))
    .replaceAll(PREFIX, '')
    .replace(/^no such overload: /, 'these types do not go together: ');
}

function seconds(text: unknown): bigint {
  const ms = parseDuration(String(text));
  if (ms === null) throw new Error(`'${String(text)}' is not a duration such as 10m`);
  return BigInt(ms / 1000);
}
