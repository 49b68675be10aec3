// Looks through a parsed expression: which names it uses, and whether it holds something that could hang or flood the process.
import type { ParseResult } from '@marcbachmann/cel-js';

export type Node = ParseResult['ast'];

export interface Inspection {
  readonly names: ReadonlySet<string>;
  readonly refused?: { readonly offset: number; readonly message: string; readonly hint: string };
}

/** Macros that run once per element of a list. */
const LOOPS = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const MAX_LOOPS = 2;

export function inspect(ast: Node): Inspection {
  const names = new Set<string>();
  let refused: Inspection['refused'];
  const visit = (node: Node, loops: number): void => {
    const problem = refusedCall(node, loops);
    if (problem !== undefined) refused ??= { offset: node.start, ...problem };
    if (node.op === 'id') names.add(node.args);
    const deeper = node.op === 'rcall' && LOOPS.has(node.args[0]) ? loops + 1 : loops;
    for (const inner of children(node)) visit(inner, deeper);
  };
  visit(ast, 0);
  return refused === undefined ? { names } : { names, refused };
}

function refusedCall(node: Node, loops: number): { message: string; hint: string } | undefined {
  if (node.op !== 'call' && node.op !== 'rcall') return undefined;
  const name = node.args[0];
  if (name === 'matches')
    return { message: 'matches is not available: a regular expression can hang the process', hint: 'use like(text, "*glob*")' };
  if (name === 'bind')
    return {
      message: 'cel.bind is not available: it can double a value again and again',
      hint: 'write the value out, or use an earlier step',
    };
  if (LOOPS.has(name) && loops >= MAX_LOOPS)
    return { message: `${name} is nested deeper than ${MAX_LOOPS} levels`, hint: 'use a loop step' };
  return undefined;
}

function children(node: Node): readonly Node[] {
  return parts(node.args).filter(isNode);
}

function parts(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.flatMap((item: unknown) => (isNode(item) ? [item] : parts(item))) : [value];
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
