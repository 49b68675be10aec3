// The border between the plain JSON of a run and the values of CEL: integers are bigint there, typed maps are objects of a class.
// What comes back is plain JSON again, and capped, so that no expression can fill a row or a card.
import type { ObjectShape, Shape } from './shapes.ts';

const MAX_PARTS = 20_000;
const MAX_TEXT = 256 * 1024;

const RAW = Symbol('raw');

/** A plain object as CEL sees it: its fields are converted when they are read. */
export class CelObject {
  readonly [RAW]: object;
  constructor(raw: object) {
    this[RAW] = raw;
  }
}

export type CelClass = new (raw: object) => CelObject;

/** The class of values of a shape; undefined when the shape was not declared. */
export type ClassOf = (shape: ObjectShape) => CelClass | undefined;

/** A class for values of this shape; `classOf` gives the classes of the shapes inside. */
export function celClass(shape: ObjectShape, classOf: ClassOf): CelClass {
  class Typed extends CelObject {}
  for (const [field, type] of Object.entries(shape.fields)) {
    Object.defineProperty(Typed.prototype, field, {
      get(this: CelObject): unknown {
        return toCel(readField(this[RAW], field, shape), type, classOf);
      },
    });
  }
  return Typed;
}

function readField(raw: object, field: string, shape: ObjectShape): unknown {
  if (Object.hasOwn(raw, field)) return Reflect.get(raw, field);
  const inner: unknown = shape.entity !== undefined && Object.hasOwn(raw, 'fields') ? Reflect.get(raw, 'fields') : undefined;
  return typeof inner === 'object' && inner !== null && Object.hasOwn(inner, field) ? Reflect.get(inner, field) : undefined;
}

/** A JSON value as CEL wants it for this type. What does not fit is passed as it is: CEL names the mismatch. */
export function toCel(value: unknown, shape: Shape, classOf: ClassOf): unknown {
  if (value === null || value === undefined) return shape.kind === 'dyn' ? value : undefined;
  switch (shape.kind) {
    case 'int':
      return Number.isSafeInteger(value) ? BigInt(Number(value)) : value;
    case 'dyn':
      return toDyn(value);
    case 'list':
      return Array.isArray(value) ? value.map((item: unknown) => toCel(item, shape.of, classOf)) : value;
    case 'map':
      return isPlain(value) ? new Map(Object.entries(value).map(([key, item]) => [key, toCel(item, shape.of, classOf)])) : value;
    case 'object':
      return toObject(value, classOf(shape));
    default:
      return value;
  }
}

function toObject(value: unknown, made: CelClass | undefined): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && made !== undefined ? new made(value) : value;
}

function toDyn(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map((item: unknown) => toDyn(item));
  if (isPlain(value)) return new Map(Object.entries(value).map(([key, item]) => [key, toDyn(item)]));
  return value;
}

/** A result of CEL as plain JSON. Throws when it has no JSON form or is too large. */
export function fromCel(value: unknown): unknown {
  return plain(value, { parts: 0, text: 0 });
}

function plain(value: unknown, spent: { parts: number; text: number }): unknown {
  const cost = spent;
  cost.parts += 1;
  if (typeof value === 'string') cost.text += value.length;
  if (cost.parts > MAX_PARTS || cost.text > MAX_TEXT)
    throw new Error(`the result is larger than ${MAX_PARTS} values or ${MAX_TEXT / 1024} KB of text`);
  if (typeof value === 'bigint') return fromInteger(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`the result is ${value}, which is not a number that can be saved`);
    return value;
  }
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'object') return plainObject(value, cost);
  throw new Error(`the result is of type ${typeof value}, which cannot be saved`);
}

function plainObject(value: object, cost: { parts: number; text: number }): unknown {
  if (value instanceof CelObject) return plain(value[RAW], cost);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item: unknown) => plain(item, cost));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]: [unknown, unknown]) => [keyText(key), plain(item, cost)]));
  if (isPlain(value)) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, cost)]));
  throw new Error('the result is bytes, a duration or a type, which cannot be saved: make it text with string()');
}

function keyText(key: unknown): string {
  if (typeof key === 'string') return key;
  if (typeof key === 'bigint' || typeof key === 'number' || typeof key === 'boolean') return `${key}`;
  throw new Error('the keys of the resulting map are not text');
}

function fromInteger(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`the result ${value} is larger than the integers that can be saved`);
  return number;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
