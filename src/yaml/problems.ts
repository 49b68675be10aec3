// Turns what a zod schema says about a YAML file into findings with a place and a hint.
import { z } from 'zod';
import type { FileProblem } from '../model/errors.ts';
import type { Path, YamlFile } from './read.ts';
import { suggest } from './suggest.ts';

/** Findings of a failed parse. `base` is where in the file the parsed value stands. */
export function zodProblems(error: z.ZodError, schema: z.ZodType, file: YamlFile, base: Path = []): readonly FileProblem[] {
  return error.issues.flatMap((issue) => issueProblems(issue, { schema, file, base }));
}

interface Place {
  readonly schema: z.ZodType;
  readonly file: YamlFile;
  readonly base: Path;
}

function issueProblems(issue: z.core.$ZodIssue, place: Place): readonly FileProblem[] {
  const { file } = place;
  const path = [...place.base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(place.schema, issue.path);
    return issue.keys.map((key) => {
      const hint = suggest(key, allowed);
      return { file: file.file, ...file.atKey([...path, key]), message: `unknown field ${key}`, ...(hint === undefined ? {} : { hint }) };
    });
  }
  const where = issue.code === 'invalid_key' ? file.atKey(path) : file.at(path);
  const name = nameOf(path);
  return [{ file: file.file, ...where, message: `${name} ${isMissing(issue) ? 'is missing' : plainWords(issue)}` }];
}

/** What the value at a path is called: its nearest key. */
function nameOf(path: Path): string {
  const key = path.findLast((part) => typeof part === 'string');
  if (key === undefined) return 'the file';
  return typeof path.at(-1) === 'number' ? `an entry of ${key}` : key;
}

function isMissing(issue: z.core.$ZodIssue): boolean {
  return issue.message.endsWith('received undefined');
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
};

/** An issue as the rest of a sentence that begins with the name. */
function plainWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${WORDS[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(', ')}`.replace(/, ([^,]*)$/, ' or $1');
    case 'invalid_union': {
      const wanted = issue.errors.flat().map((inner) => plainWords(inner));
      return wanted.length === 0 ? issue.message : [...new Set(wanted)].join(', or ').replaceAll('or must be', 'or');
    }
    case 'too_small':
      return issue.origin === 'string' && issue.minimum === 1
        ? 'must not be empty'
        : `must be at least ${issue.minimum}${unit(issue.origin)}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit(issue.origin)}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message.replace(/^Invalid input: /, '');
  }
}

function unit(origin: string): string {
  if (origin === 'string') return ' characters long';
  return origin === 'array' || origin === 'set' ? ' entries long' : '';
}

/** Names that the object at `path` inside `schema` may have. */
function keysAt(schema: z.ZodType, path: Path): readonly string[] {
  const root: unknown = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  let node: unknown = root;
  for (const key of path) node = child(node, key);
  const properties = member(node, 'properties');
  return typeof properties === 'object' && properties !== null ? Object.keys(properties) : [];
}

function child(node: unknown, key: PropertyKey): unknown {
  for (const option of alternatives(node)) {
    const found =
      typeof key === 'number'
        ? member(option, 'items')
        : (member(member(option, 'properties'), key) ?? member(option, 'additionalProperties'));
    if (typeof found === 'object' && found !== null) return objectOf(found);
  }
  return undefined;
}

function alternatives(node: unknown): readonly unknown[] {
  const options = member(node, 'anyOf');
  return Array.isArray(options) ? options : [node];
}

function objectOf(node: unknown): unknown {
  return alternatives(node).find((option) => member(option, 'properties') !== undefined) ?? node;
}

function member(node: unknown, key: PropertyKey): unknown {
  return typeof node === 'object' && node !== null ? Reflect.get(node, key) : undefined;
}
