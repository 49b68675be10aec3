// Types of the variables that expressions see, and how they follow from zod schemas and from the model.
import { z } from 'zod';
import { ENTITY_FIELDS, type EntityKind } from '../model/entity.ts';
import { type Json, resolve } from './json-schema.ts';

export type Shape =
  | { readonly kind: 'string' | 'int' | 'double' | 'bool' | 'dyn' }
  | { readonly kind: 'list' | 'map'; readonly of: Shape }
  | ObjectShape;

/** A value with known fields. Its `name` is what messages call it. */
export interface ObjectShape {
  readonly kind: 'object';
  readonly name: string;
  readonly fields: Readonly<Record<string, Shape>>;
  /** Set for entities: the fields of the kind are read from `fields` inside the value. */
  readonly entity?: EntityKind;
}

export const STRING: Shape = { kind: 'string' };
export const INT: Shape = { kind: 'int' };
export const DOUBLE: Shape = { kind: 'double' };
export const BOOL: Shape = { kind: 'bool' };
export const DYN: Shape = { kind: 'dyn' };

export function listOf(of: Shape): Shape {
  return { kind: 'list', of };
}

/** An entity of one kind: `kind, key, display, value` and the fields that Sentinel gives the kind. */
export function entityShape(kind: EntityKind): ObjectShape {
  const names = ['kind', 'key', 'display', 'value', ...ENTITY_FIELDS[kind]];
  return { kind: 'object', name: kind, fields: strings(names), entity: kind };
}

/** An entity whose kind is known only when the run starts. */
export const ENTITY: ObjectShape = { kind: 'object', name: 'entity', fields: strings(['kind', 'key', 'display', 'value']) };

export const INCIDENT: ObjectShape = {
  kind: 'object',
  name: 'incident',
  fields: {
    ...strings(['id', 'source', 'key', 'armId', 'title', 'description', 'severity', 'status', 'classification', 'classificationReason']),
    ...strings([
      'classificationComment',
      'owner',
      'providerName',
      'url',
      'createdTime',
      'lastModifiedTime',
      'firstActivityTime',
      'lastActivityTime',
    ]),
    ...lists(['tags', 'tactics', 'techniques', 'productNames', 'analyticRuleIds']),
    number: INT,
    alertsCount: INT,
  },
};

export const ALERT: ObjectShape = {
  kind: 'object',
  name: 'alert',
  fields: {
    ...strings(['id', 'title', 'description', 'severity', 'productName', 'analyticRuleId', 'startTime', 'endTime']),
    tactics: listOf(STRING),
    customDetails: { kind: 'map', of: listOf(STRING) },
  },
};

export const RUN: ObjectShape = {
  kind: 'object',
  name: 'run',
  fields: { ...strings(['id', 'playbook', 'started_by', 'url']), number: INT },
};

/** What an approval step leaves: how it ended, the choice, who made it, and all of it in one sentence. */
export const APPROVAL: ObjectShape = { kind: 'object', name: 'approval', fields: strings(['outcome', 'choice', 'by', 'summary']) };

/** The output of an action as variables. `tolerant`: the step goes on when it fails, and says so in `ok` and `error`. */
export function outputShape(name: string, output: z.ZodType, { tolerant }: { readonly tolerant: boolean }): ObjectShape {
  const schema: Json = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' });
  const shape = shapeOf(schema, schema, name, 0);
  const fields = shape.kind === 'object' ? shape.fields : {};
  return { kind: 'object', name, fields: tolerant ? { ...fields, ok: BOOL, error: STRING } : fields };
}

const MAX_DEPTH = 6;

function shapeOf(given: Json, root: Json, name: string, depth: number): Shape {
  const schema = resolve(given, root);
  if (depth > MAX_DEPTH || schema === undefined) return DYN;
  switch (schema.type) {
    case 'string':
      return STRING;
    case 'integer':
      return INT;
    case 'number':
      return DOUBLE;
    case 'boolean':
      return BOOL;
    case 'array':
      return listOf(shapeOf(plain(schema.items), root, `${name} item`, depth + 1));
    case 'object':
      return objectShape(schema, root, name, depth);
    default:
      return constShape(schema);
  }
}

function objectShape(schema: Json, root: Json, name: string, depth: number): Shape {
  if (schema.properties === undefined) {
    return { kind: 'map', of: shapeOf(plain(schema.additionalProperties), root, `${name} value`, depth + 1) };
  }
  const fields = Object.entries(schema.properties).map(([field, type]): [string, Shape] => [
    field,
    shapeOf(plain(type), root, `${name}.${field}`, depth + 1),
  ]);
  return { kind: 'object', name, fields: Object.fromEntries(fields) };
}

function constShape(schema: Json): Shape {
  if (schema.enum?.every((value) => typeof value === 'string')) return STRING;
  return typeof schema.const === 'string' ? STRING : DYN;
}

function plain(schema: Json['items']): Json {
  return typeof schema === 'object' && !Array.isArray(schema) ? schema : {};
}

function strings(names: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map((name) => [name, STRING]));
}

function lists(names: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map((name) => [name, listOf(STRING)]));
}
