// sysparm_query: conditions joined by `^`, of which `^^` stands for the character itself; OR by `^OR`; order by ORDERBY.
// A condition on an unknown column is refused: the real one ignores it by default and returns everything.
import { Problem } from '../call.ts';
import type { Row } from './state.ts';

interface Condition {
  readonly column: string;
  readonly operator: string;
  readonly value: string;
}

const OPERATORS = ['!=', '>=', '<=', 'STARTSWITH', 'ISNOTEMPTY', 'ISEMPTY', 'LIKE', 'IN', '=', '>', '<'] as const;

/** Filters and orders rows. */
export function compileQuery(query: string, columns: readonly string[]): (rows: readonly Row[]) => Row[] {
  const groups: Condition[][] = [];
  let order: { column: string; sign: number } | null = null;
  for (const part of split(query)) {
    const sorted = /^ORDERBY(DESC)?(\w+)$/.exec(part);
    if (sorted !== null) {
      order = { column: checkColumn(sorted[2] ?? '', columns), sign: sorted[1] === undefined ? 1 : -1 };
      continue;
    }
    const alternative = /^OR(?=[a-z])/.test(part);
    const condition = readCondition(alternative ? part.slice(2) : part, columns);
    const last = groups.at(-1);
    if (alternative && last !== undefined) last.push(condition);
    else groups.push([condition]);
  }
  return (rows) => {
    const found = rows.filter((row) => groups.every((group) => group.some((condition) => holds(condition, row))));
    if (order === null) return found;
    const { column, sign } = order;
    return found.sort((a, b) => sign * (a[column] ?? '').localeCompare(b[column] ?? ''));
  };
}

function split(query: string): string[] {
  const escaped = '\u0000';
  return query
    .replaceAll('^^', escaped)
    .split('^')
    .map((part) => part.replaceAll(escaped, '^'))
    .filter((part) => part !== '' && part !== 'EQ');
}

function readCondition(text: string, columns: readonly string[]): Condition {
  const column = /^[a-z_]+/.exec(text)?.[0] ?? '';
  const rest = text.slice(column.length);
  const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
  if (operator === undefined) throw new Problem(400, 'Invalid query', `Invalid query detected: ${text}`);
  return { column: checkColumn(column, columns), operator, value: rest.slice(operator.length) };
}

function checkColumn(column: string, columns: readonly string[]): string {
  if (!columns.includes(column)) throw new Problem(400, 'Invalid query', `Invalid query detected: unknown field '${column}'`);
  return column;
}

function holds({ column, operator, value }: Condition, row: Row): boolean {
  const [left, right] = [(row[column] ?? '').toLowerCase(), value.toLowerCase()];
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case 'STARTSWITH':
      return left.startsWith(right);
    case 'LIKE':
      return left.includes(right);
    case 'IN':
      return right.split(',').includes(left);
    case 'ISEMPTY':
      return left === '';
    case 'ISNOTEMPTY':
      return left !== '';
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    default:
      return left <= right;
  }
}
