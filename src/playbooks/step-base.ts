// What the builders of all kinds of steps share.
import type { Expression, Step } from '../model/playbook.ts';
import type { Path } from '../yaml/read.ts';
import type { Names } from './expressions.ts';
import type { Reader } from './reader.ts';
import type { Shape } from './shapes.ts';

/** Where a step stands, what it is called, and what it sees. */
export interface Spot {
  readonly path: Path;
  readonly id: string;
  readonly names: Names;
}

/** A step and what it gives to those after it. */
export interface Built {
  readonly step: Step;
  readonly gives: ReadonlyMap<string, Shape>;
}

/** What every step has. */
export function baseOf(
  reader: Reader,
  when: string | boolean | undefined,
  { path, id, names }: Spot,
): { readonly id: string; readonly line: number; readonly when?: Expression } {
  const guard = when === undefined ? undefined : reader.expression(when, [...path, 'when'], { names, kind: 'bool' });
  return { id, line: reader.line(path), ...(guard === undefined ? {} : { when: guard }) };
}
