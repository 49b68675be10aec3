// What the parts of the loader share: the open file, the findings so far, what is known outside, and where each step stands.
import type { z } from 'zod';
import type { ActionCatalogue } from '../model/action.ts';
import type { FileProblem } from '../model/errors.ts';
import type { Expression, Scope, Template } from '../model/playbook.ts';
import { zodProblems } from '../yaml/problems.ts';
import type { Path, Position, YamlFile } from '../yaml/read.ts';
import { suggest } from '../yaml/suggest.ts';
import type { Names } from './expressions.ts';
import type { Shape } from './shapes.ts';
import { type CompiledText, compileBare, compileText, type TextFault } from './template.ts';

/** What a playbook may name that is not in its file. */
export interface Known {
  readonly catalogue: ActionCatalogue;
  readonly roles: readonly string[];
  readonly channels: readonly string[];
}

export interface Reader {
  readonly known: Known;
  readonly problems: FileProblem[];
  /** Why a name that exists cannot be used where it is used; undefined when it does not exist at all. */
  readonly hidden: (name: string) => { readonly message: string; readonly hint: string } | undefined;
  line(path: Path): number;
  problem(path: Path, message: string, hint?: string): void;
  problemAtKey(path: Path, message: string, hint?: string): void;
  /** Parses a part of the file; undefined after noting what is wrong with it. */
  parse<S extends z.ZodType>(schema: S, value: unknown, path: Path): z.output<S> | undefined;
  /** A text with `${{ }}`. */
  text(text: string, path: Path, names: Names): CompiledText | undefined;
  /** A bare expression that must be of one kind. */
  expression(
    text: string | boolean,
    path: Path,
    options: { readonly names: Names; readonly kind: 'bool' | 'list' },
  ): TypedExpression | undefined;
  /** Notes the names that are not among `known`. */
  names(given: readonly string[], known: readonly string[], what: { readonly path: Path; readonly word: string }): void;
}

export interface TypedExpression extends Expression {
  readonly type: Shape;
}

export function openReader(file: YamlFile, known: Known, hidden: Reader['hidden']): Reader {
  const problems: FileProblem[] = [];
  const note = (where: Position, message: string, hint: string | undefined): void => {
    problems.push({ file: file.file, line: where.line, column: where.column, message, ...(hint === undefined ? {} : { hint }) });
  };
  const fault = (found: TextFault, path: Path): undefined => {
    const better = found.unknown === undefined ? undefined : hidden(found.unknown);
    note(file.inText(path, found.part, found.offset), better?.message ?? found.message, better?.hint ?? found.hint);
  };
  return {
    known,
    problems,
    hidden,
    line: (path) => file.at(path).line,
    problem: (path, message, hint) => note(file.at(path), message, hint),
    problemAtKey: (path, message, hint) => note(file.atKey(path), message, hint),
    parse: (schema, value, path) => {
      const parsed = schema.safeParse(value);
      if (parsed.success) return parsed.data;
      problems.push(...zodProblems(parsed.error, schema, file, path));
      // Unknown fields alone do not keep the rest from being checked.
      if (parsed.error.issues.some(({ code }) => code !== 'unrecognized_keys')) return undefined;
      return schema.safeParse(withoutUnknown(value, parsed.error)).data;
    },
    text: (text, path, names) => {
      const compiled = compileText(text, names);
      return compiled.ok ? compiled : fault(compiled, path);
    },
    expression: (text, path, { names, kind }) => {
      const source = String(text);
      const compiled = compileBare(source, names);
      if (!compiled.ok) return fault(compiled, path);
      const { type } = compiled;
      if (type.kind !== kind && type.kind !== 'dyn') {
        const wanted = kind === 'bool' ? 'true or false' : 'a list';
        note(file.at(path), `the expression is ${inWords(type)}, not ${wanted}`, kind === 'bool' ? 'compare it, e.g. x == "y"' : undefined);
        return undefined;
      }
      const evaluate = (scope: Scope): unknown => checked(compiled.evaluate(scope), kind);
      return { source, line: file.at(path).line, type, evaluate };
    },
    names: (given, allowed, { path, word }) => {
      for (const [index, name] of given.entries()) {
        if (!allowed.includes(name))
          note(file.at([...path, index]), `unknown ${word} ${name}`, suggest(name, allowed) ?? `there is none in picket.yaml`);
      }
    },
  };
}

/** A value that is the same in every run. */
export function constantOf(value: unknown): Template {
  return { constant: true, evaluate: () => value };
}

function withoutUnknown(value: unknown, error: z.ZodError): unknown {
  const copy = structuredClone(value);
  for (const issue of error.issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let owner: unknown = copy;
    for (const key of issue.path) owner = typeof owner === 'object' && owner !== null ? Reflect.get(owner, key) : undefined;
    if (typeof owner === 'object' && owner !== null) for (const key of issue.keys) Reflect.deleteProperty(owner, key);
  }
  return copy;
}

function checked(value: unknown, kind: 'bool' | 'list'): unknown {
  if (kind === 'bool' ? typeof value === 'boolean' : Array.isArray(value)) return value;
  throw new Error(kind === 'bool' ? 'the condition is neither true nor false' : 'the result is not a list');
}

/** A type as messages call it. */
export function inWords(type: Shape): string {
  const words = {
    string: 'text',
    int: 'a whole number',
    double: 'a number',
    bool: 'true or false',
    dyn: 'of any type',
    list: 'a list',
    map: 'a map',
  };
  if (type.kind !== 'object') return words[type.kind];
  return type.entity === undefined ? 'a map' : `an entity of kind ${type.entity}`;
}
