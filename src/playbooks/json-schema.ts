// Whether an expression of a known type may stand where an action's JSON Schema wants something.
import { z } from 'zod';
import type { Shape } from './shapes.ts';

export type Json = z.core.JSONSchema.BaseSchema;

/** The schema of what an action takes, before defaults are filled in. */
export function inputSchema(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}

/** Follows a `$ref` into `$defs`; undefined when it leads nowhere. */
export function resolve(schema: Json, root: Json): Json | undefined {
  if (schema.$ref === undefined) return schema;
  const name = /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1];
  return name === undefined ? undefined : root.$defs?.[name];
}

/** `''` when a value of this shape may fit, else what is wanted instead, in words. */
export function misfit(shape: Shape, schema: Json, root: Json): string {
  const options = alternatives(schema, root);
  if (options.length === 0 || options.some((option) => fits(shape, option, root))) return '';
  return [...new Set(options.map(inWords))].join(' or ');
}

/** Every alternative of a schema, with references followed; empty when anything is allowed. */
export function alternatives(given: Json, root: Json): readonly Json[] {
  const schema = resolve(given, root);
  if (schema === undefined) return [];
  const nested = schema.anyOf ?? schema.oneOf;
  if (nested !== undefined) return nested.flatMap((option) => alternatives(option, root));
  if (Array.isArray(schema.type)) return schema.type.map((type) => ({ ...schema, type }));
  return schema.type === undefined && schema.const === undefined && schema.enum === undefined ? [] : [schema];
}

function fits(shape: Shape, schema: Json, root: Json): boolean {
  switch (shape.kind) {
    case 'dyn':
      return true;
    case 'string':
      return schema.type === 'string' || typeof schema.const === 'string' || (schema.enum ?? []).some((value) => typeof value === 'string');
    case 'int':
      return schema.type === 'integer' || schema.type === 'number';
    case 'double':
      return schema.type === 'number';
    case 'bool':
      return schema.type === 'boolean';
    case 'list':
      return schema.type === 'array' && fitsPart(shape.of, schema.items, root);
    case 'map':
      return schema.type === 'object';
    case 'object':
      return schema.type === 'object' && fitsObject(shape.entity, schema);
  }
}

function fitsPart(shape: Shape, part: Json['items'], root: Json): boolean {
  return typeof part !== 'object' || Array.isArray(part) || misfit(shape, part, root) === '';
}

function fitsObject(entity: string | undefined, schema: Json): boolean {
  const kind = schema.properties?.kind;
  return entity === undefined || typeof kind !== 'object' || kind.const === undefined || kind.const === entity;
}

function inWords(schema: Json): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`;
  if (schema.const !== undefined) return String(schema.const);
  const kind = schema.properties?.kind;
  if (typeof kind === 'object' && typeof kind.const === 'string') return `an entity of kind ${kind.const}`;
  const words = {
    string: 'text',
    integer: 'a whole number',
    number: 'a number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a map',
    null: 'nothing',
  };
  return typeof schema.type === 'string' ? words[schema.type] : 'something else';
}
