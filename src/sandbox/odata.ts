// The part of OData that connectors use: comparisons, startswith, contains and any(), joined by `and` and `or`; ordering.
// What is not understood is refused, as a filter that silently matches everything would hide a mistake.
import { Problem } from './call.ts';

type Test = (item: unknown) => boolean;

/** Compiles `$filter`. Only the given paths (`properties/status`, `mail`) may be compared; strings compare without case. */
export function compileFilter(filter: string, paths: readonly string[]): Test {
  const anyOf = splitOutsideQuotes(filter, 'or').map((part) =>
    splitOutsideQuotes(part, 'and').map((clause) => compileClause(clause, paths)),
  );
  return (item) => anyOf.some((allOf) => allOf.every((test) => test(item)));
}

/** Compiles `$orderby=path asc|desc`. */
export function compileOrder(orderBy: string, paths: readonly string[]): (a: unknown, b: unknown) => number {
  const [path = '', direction = 'asc', ...rest] = orderBy.trim().split(/\s+/);
  if (rest.length > 0 || !['asc', 'desc'].includes(direction)) throw new Problem(400, 'BadRequest', `Invalid $orderby: ${orderBy}`);
  checkPath(path, paths);
  const sign = direction === 'asc' ? 1 : -1;
  return (a, b) => sign * compare(valueAt(a, path), valueAt(b, path));
}

/** `$top` within the limits, or the default. */
export function readTop(text: string | null, limits: { default: number; max: number }): number {
  if (text === null) return limits.default;
  const top = Number(text);
  if (!Number.isInteger(top) || top < 1 || top > limits.max)
    throw new Problem(400, 'BadRequest', `$top must be 1 to ${limits.max}, not '${text}'.`);
  return top;
}

function splitOutsideQuotes(text: string, word: 'and' | 'or'): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "'") quoted = !quoted;
    if (!quoted && text.startsWith(` ${word} `, at)) {
      parts.push(text.slice(start, at));
      start = at + word.length + 2;
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
}

function compileClause(clause: string, paths: readonly string[]): Test {
  const comparison = /^([\w/.]+) (eq|ne|gt|ge|lt|le) (.+)$/.exec(clause);
  if (comparison !== null) {
    const [, path = '', operator = '', literal = ''] = comparison;
    checkPath(path, paths);
    return compileComparison((item) => valueAt(item, path), operator, readLiteral(literal));
  }
  const call = /^(startswith|contains)\(([\w/.]+),\s*('(?:[^']|'')*')\)$/i.exec(clause);
  if (call !== null) {
    const [, name = '', path = '', literal = ''] = call;
    checkPath(path, paths);
    const wanted = textOf(readLiteral(literal));
    const within = (text: string): boolean => (name.toLowerCase() === 'contains' ? text.includes(wanted) : text.startsWith(wanted));
    return (item) => within(textOf(valueAt(item, path)));
  }
  const any = /^(\w+)\/any\((\w+):\2 eq ('(?:[^']|'')*')\)$/.exec(clause);
  if (any !== null) {
    const [, path = '', , literal = ''] = any;
    checkPath(path, paths);
    const equals = compileComparison((value) => value, 'eq', readLiteral(literal));
    return (item) => {
      const values = valueAt(item, path);
      return Array.isArray(values) && values.some((value: unknown) => equals(value));
    };
  }
  throw new Problem(400, 'BadRequest', `Invalid filter clause: ${clause}`);
}

function checkPath(path: string, paths: readonly string[]): void {
  if (!paths.includes(path)) throw new Problem(400, 'BadRequest', `Unsupported property '${path}' in the query.`);
}

function compileComparison(read: (item: unknown) => unknown, operator: string, wanted: unknown): Test {
  if (operator === 'eq') return (item) => compare(read(item), wanted) === 0;
  if (operator === 'ne') return (item) => compare(read(item), wanted) !== 0;
  const holds = (order: number): boolean =>
    operator === 'gt' ? order > 0 : operator === 'ge' ? order >= 0 : operator === 'lt' ? order < 0 : order <= 0;
  return (item) => read(item) !== null && read(item) !== undefined && holds(compare(read(item), wanted));
}

function readLiteral(text: string): unknown {
  const literal = text.trim();
  if (/^'(?:[^']|'')*'$/.test(literal)) return literal.slice(1, -1).replaceAll("''", "'");
  if (literal === 'true' || literal === 'false') return literal === 'true';
  if (literal === 'null') return null;
  if (/^-?\d+$/.test(literal)) return Number(literal);
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(literal) && !Number.isNaN(Date.parse(literal))) return new Date(literal);
  throw new Problem(400, 'BadRequest', `Invalid literal in the filter: ${literal}`);
}

function compare(a: unknown, b: unknown): number {
  if (a instanceof Date || b instanceof Date) return timeOf(a) - timeOf(b);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [textOf(a), textOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Lists and objects compare like nothing: they are searched with any(). */
function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value).toLowerCase() : '';
}

function timeOf(value: unknown): number {
  return value instanceof Date ? value.getTime() : Date.parse(textOf(value));
}

/** The value at `a/b` inside parsed JSON; undefined when there is none. */
export function valueAt(item: unknown, path: string): unknown {
  let value: unknown = item;
  for (const name of path.split('/')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = new Map<string, unknown>(Object.entries(value)).get(name);
  }
  return value;
}
