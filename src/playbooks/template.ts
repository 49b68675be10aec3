// Values of a playbook with `${{ }}` in them. A text that is one expression keeps the expression's type; inside other text it is written out.
import type { Scope } from '../model/playbook.ts';
import type { Compiled, Fault, Names } from './expressions.ts';
import { type Shape, STRING } from './shapes.ts';

/** A finding inside a text: `part` is the piece of the text that `offset` counts in. */
export interface TextFault extends Fault {
  readonly part: string;
}

/** A text as the file has it. Without `${{` it is constant and its `type` undefined. */
export interface CompiledText {
  readonly ok: true;
  readonly constant: boolean;
  readonly type: Shape;
  evaluate(scope: Scope): unknown;
}

const OPEN = '${{';

/** Compiles a text with or without `${{ }}`. */
export function compileText(text: string, names: Names): CompiledText | TextFault {
  const pieces = split(text);
  if (!Array.isArray(pieces)) return pieces;
  const parts: (string | Compiled)[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      parts.push(piece.text);
      continue;
    }
    const compiled = names.compile(piece.text);
    if (!compiled.ok) return { ...compiled, part: piece.text };
    const refused = parts.length === 0 && pieces.length === 1 ? undefined : refusedInText(compiled.type, piece.text);
    if (refused !== undefined) return refused;
    parts.push(compiled);
  }
  const [only] = parts;
  if (parts.length === 1 && typeof only === 'object') return { ok: true, constant: false, type: only.type, evaluate: only.evaluate };
  const constant = parts.every((part) => typeof part === 'string');
  return {
    ok: true,
    constant,
    type: STRING,
    evaluate: (scope) => parts.map((part) => (typeof part === 'string' ? part : written(part.evaluate(scope)))).join(''),
  };
}

/** Compiles a bare expression, with or without `${{ }}` around the whole of it: `if:`, `when:`, `each:`. */
export function compileBare(text: string, names: Names): Compiled | TextFault {
  const pieces = text.includes(OPEN) ? split(text.trim()) : [];
  if (!Array.isArray(pieces)) return pieces;
  const [only] = pieces;
  const source = pieces.length === 1 && only?.kind === 'expression' ? only.text : text;
  const compiled = names.compile(source);
  return compiled.ok ? compiled : { ...compiled, part: source };
}

interface Piece {
  readonly kind: 'text' | 'expression';
  readonly text: string;
}

function split(text: string): Piece[] | TextFault {
  const pieces: Piece[] = [];
  let at = 0;
  for (let open = text.indexOf(OPEN); open >= 0; open = text.indexOf(OPEN, at)) {
    if (open > at) pieces.push({ kind: 'text', text: text.slice(at, open) });
    const start = open + OPEN.length;
    const end = endOf(text, start);
    if (end < 0) return { ok: false, part: text.slice(open), offset: 0, message: '${{ is not closed', hint: 'end the expression with }}' };
    pieces.push({ kind: 'expression', text: text.slice(start, end) });
    at = end + 2;
  }
  if (at < text.length || pieces.length === 0) pieces.push({ kind: 'text', text: text.slice(at) });
  return pieces;
}

/** Where the expression that starts at `start` ends: the first `}}` outside of quotes and of maps; -1 when it does not. */
function endOf(text: string, start: number): number {
  let depth = 0;
  let quote = '';
  for (let at = start; at < text.length; at += 1) {
    const sign = text[at] ?? '';
    if (quote !== '') {
      if (sign === '\\') at += 1;
      else if (sign === quote) quote = '';
    } else if (sign === '"' || sign === "'") quote = sign;
    else if (sign === '{') depth += 1;
    else if (sign === '}' && depth > 0) depth -= 1;
    else if (sign === '}' && text[at + 1] === '}') return at;
  }
  return -1;
}

const WRITABLE = new Set<Shape['kind']>(['string', 'int', 'double', 'bool', 'dyn']);

function refusedInText(type: Shape, part: string): TextFault | undefined {
  if (WRITABLE.has(type.kind)) return undefined;
  const name = part.trim();
  const shown = (shape: Shape): string => (shape.kind === 'object' && 'display' in shape.fields ? 'display' : 'name');
  const listed =
    type.kind === 'list' && type.of.kind === 'object' ? `${name}.map(x, x.${shown(type.of)}).join(", ")` : `${name}.join(", ")`;
  const hint = type.kind === 'list' ? `write ${listed}` : `pick a field, e.g. ${name}.${shown(type)}`;
  return { ok: false, part, offset: 0, message: `a ${type.kind === 'list' ? 'list' : 'map'} cannot stand inside text`, hint };
}

function written(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  throw new Error('only text, numbers and true or false can stand inside text');
}
