// The inputs that a playbook declares, and the values somebody gives for them.
import type { z } from 'zod';
import { closeMatch } from '../model/close-match.ts';
import { type Refusal, refuse } from '../model/errors.ts';
import type { InputSpec } from '../model/playbook.ts';
import { DURATION_HINT, parseDuration } from './duration.ts';
import type { InputFormat } from './format.ts';
import type { Reader } from './reader.ts';

type Scalar = string | number | boolean;

/** The declared inputs of a file. An input without default that is not required is empty text or false. */
export function inputSpecs(reader: Reader, declared: Readonly<Record<string, z.output<typeof InputFormat>>>): readonly InputSpec[] {
  const specs: InputSpec[] = [];
  for (const [name, input] of Object.entries(declared)) {
    const path = ['inputs', name];
    const required = input.required ?? input.default === undefined;
    if (input.choices !== undefined && input.type !== 'string')
      reader.problem([...path, 'choices'], 'only an input of type string can have choices');
    const fallback =
      input.default ?? (required ? undefined : { string: '', boolean: false, number: undefined, duration: undefined }[input.type]);
    if (!required && fallback === undefined) reader.problem(path, `${name} is not required, so it needs a default`, 'add default:');
    const { default: _, required: __, description = '', type, choices } = input;
    const spec = {
      name,
      type,
      description,
      required,
      ...(choices === undefined ? {} : { choices }),
      ...(fallback === undefined ? {} : { default: fallback }),
    };
    if (input.default !== undefined) {
      const value = coerce(input.default, spec);
      if (value === undefined) reader.problem([...path, 'default'], `the default is not ${wanted(spec)}`);
    }
    specs.push(spec);
  }
  return specs;
}

/** The values of a run: typed texts are read as what the playbook declares, defaults filled in. */
export function readInputs(
  specs: readonly InputSpec[],
  given: Readonly<Record<string, Scalar>>,
): { readonly values: Readonly<Record<string, Scalar>> } | Refusal {
  const names = specs.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const near = closeMatch(name, names);
    return refuse(`There is no input ${name}.`, `${near === '' ? '' : `Did you mean ${near}? `}${accepted(specs)}`);
  }
  const values: Record<string, Scalar> = {};
  for (const spec of specs) {
    const raw = Object.hasOwn(given, spec.name) ? given[spec.name] : spec.default;
    if (raw === undefined || (spec.required && raw === '')) return refuse(`The input ${spec.name} is missing.`, accepted(specs));
    const value = raw === spec.default ? raw : coerce(raw, spec);
    if (value === undefined)
      return refuse(`${spec.name} must be ${wanted(spec)}, not ${JSON.stringify(raw).slice(0, 100)}.`, accepted(specs));
    values[spec.name] = value;
  }
  return { values };
}

const MAX_INPUT = 4_000;

function coerce(raw: Scalar, spec: InputSpec): Scalar | undefined {
  switch (spec.type) {
    case 'string': {
      const text = String(raw);
      const chosen = spec.choices === undefined || spec.choices.includes(text);
      return chosen && text.length <= MAX_INPUT ? text : undefined;
    }
    case 'number': {
      const number = typeof raw === 'string' && /^-?\d+(\.\d+)?$/.test(raw.trim()) ? Number(raw) : raw;
      return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
    }
    case 'boolean': {
      if (typeof raw === 'boolean') return raw;
      const text = String(raw).trim().toLowerCase();
      if (text === 'true' || text === 'yes') return true;
      return text === 'false' || text === 'no' ? false : undefined;
    }
    case 'duration':
      return typeof raw === 'string' && parseDuration(raw) !== null ? raw.trim() : undefined;
  }
}

function wanted(spec: InputSpec): string {
  if (spec.choices !== undefined) return `one of ${spec.choices.join(', ')}`;
  const words = {
    string: `text of at most ${MAX_INPUT} characters`,
    number: 'a number',
    boolean: 'true or false',
    duration: `a duration (${DURATION_HINT})`,
  };
  return words[spec.type];
}

function accepted(specs: readonly InputSpec[]): string {
  if (specs.length === 0) return 'This playbook takes no inputs.';
  const each = specs.map((spec) => {
    const about = spec.description === '' ? '' : `, ${spec.description}`;
    return `${spec.name} (${spec.choices?.join(' | ') ?? spec.type}${spec.required ? ', required' : ''}${about})`;
  });
  return `It takes ${each.join('; ')}.`;
}
