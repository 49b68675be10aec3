// The `with:` of an action step against what the action takes: names, literals by the zod schema, expressions by their type.
import { z } from 'zod';
import type { Action } from '../model/action.ts';
import type { Scope, Template } from '../model/playbook.ts';
import type { Path } from '../yaml/read.ts';
import { suggest } from '../yaml/suggest.ts';
import type { Names } from './expressions.ts';
import { alternatives, inputSchema, type Json, misfit } from './json-schema.ts';
import { constantOf, inWords, type Reader } from './reader.ts';
import { BOOL, DOUBLE, DYN, INT, type Shape } from './shapes.ts';

/** One value of the file, compiled. */
interface Value {
  readonly constant: boolean;
  /** Type of a text, number or expression; undefined for lists and maps, which are checked part by part. */
  readonly type: Shape | undefined;
  readonly parts: readonly { readonly key: string | number; readonly value: Value }[];
  readonly list: boolean;
  evaluate(scope: Scope): unknown;
}

interface Target {
  readonly action: Action;
  /** Path of `with`, and of the step that has or lacks it. */
  readonly path: Path;
  readonly step: Path;
}

/** Compiles and checks the inputs of one step. */
export function compileInputs(reader: Reader, given: Readonly<Record<string, unknown>>, target: Target, names: Names): Template {
  const { action, path, step } = target;
  const schema = inputSchema(action.input);
  const fields = schema.properties ?? {};
  const before = reader.problems.length;
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(given, name)) reader.problem(step, `${action.name} needs the input ${name}`, describe(fields[name]));
  }
  const compiled: [string, Value][] = [];
  for (const [name, raw] of Object.entries(given)) {
    const field = fields[name];
    if (typeof field !== 'object') {
      reader.problemAtKey([...path, name], `${action.name} has no input ${name}`, suggest(name, Object.keys(fields)));
      continue;
    }
    const value = compileValue(reader, raw, [...path, name], names);
    const own: unknown = action.input.shape[name];
    if (value.constant && own instanceof z.ZodType) reader.parse(own, raw, [...path, name]);
    else check(reader, value, { schema: field, root: schema, path: [...path, name], name });
    compiled.push([name, value]);
  }
  const constant = compiled.every(([, value]) => value.constant);
  if (constant && reader.problems.length === before) reader.parse(action.input, given, path);
  if (constant) return constantOf(given);
  return { constant, evaluate: (scope) => Object.fromEntries(compiled.map(([name, value]) => [name, value.evaluate(scope)])) };
}

function describe(field: Json | boolean | undefined): string | undefined {
  return typeof field === 'object' ? field.description : undefined;
}

function compileValue(reader: Reader, raw: unknown, path: Path, names: Names): Value {
  if (typeof raw === 'string') {
    const compiled = reader.text(raw, path, names);
    // A text that is refused was noted: any type will do, so that it is refused once.
    return compiled === undefined
      ? { ...literal(raw, DYN), constant: false }
      : { ...literal(raw, compiled.type), constant: compiled.constant, evaluate: compiled.evaluate };
  }
  if (Array.isArray(raw)) {
    const parts = raw.map((item: unknown, index) => ({ key: index, value: compileValue(reader, item, [...path, index], names) }));
    return {
      constant: allConstant(parts),
      type: undefined,
      parts,
      list: true,
      evaluate: (scope) => parts.map(({ value }) => value.evaluate(scope)),
    };
  }
  if (typeof raw === 'object' && raw !== null) {
    const parts = Object.entries(raw).map(([key, item]: [string, unknown]) => ({
      key,
      value: compileValue(reader, item, [...path, key], names),
    }));
    const evaluate = (scope: Scope): unknown => Object.fromEntries(parts.map(({ key, value }) => [key, value.evaluate(scope)]));
    return { constant: allConstant(parts), type: undefined, parts, list: false, evaluate };
  }
  if (typeof raw === 'number') return literal(raw, Number.isInteger(raw) ? INT : DOUBLE);
  return literal(raw, typeof raw === 'boolean' ? BOOL : DYN);
}

function literal(raw: unknown, type: Shape): Value {
  return { constant: true, type: raw === null ? DYN : type, parts: [], list: false, evaluate: () => raw };
}

function allConstant(parts: Value['parts']): boolean {
  return parts.every(({ value }) => value.constant);
}

interface Wanted {
  readonly schema: Json;
  readonly root: Json;
  readonly path: Path;
  readonly name: string;
}

function check(reader: Reader, value: Value, wanted: Wanted): void {
  const { schema, root, path, name } = wanted;
  if (value.type !== undefined) {
    const instead = misfit(value.type, schema, root);
    if (instead !== '') reader.problem(path, `${name} is ${inWords(value.type)}, but must be ${instead}`, conversion(value.type, instead));
    return;
  }
  const options = alternatives(schema, root);
  const fitting = options.find((option) => option.type === (value.list ? 'array' : 'object'));
  if (options.length > 0 && fitting === undefined)
    reader.problem(path, `${name} cannot be ${value.list ? 'a list' : 'a map'}`, describe(schema));
  if (fitting === undefined) return;
  for (const { key, value: part } of value.parts) {
    const inner = value.list ? fitting.items : (fitting.properties?.[key] ?? fitting.additionalProperties);
    if (typeof inner === 'object' && !Array.isArray(inner))
      check(reader, part, { schema: inner, root, path: [...path, key], name: `${name}.${key}` });
  }
}

function conversion(type: Shape, wanted: string): string | undefined {
  if (wanted === 'a whole number') return 'convert it with int()';
  if (!wanted.includes('text')) return undefined;
  if (type.kind === 'object') return 'pick a field, e.g. .value or .display';
  return type.kind === 'list' ? 'write .join(", ")' : 'convert it with string()';
}
