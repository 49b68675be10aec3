// Facts and texts of a view as rows of clean lines, the same for cards, mails and pages. What does not fit is counted, never dropped silently.
import type { Fact } from '../model/views.ts';
import { cleanLine, cleanText } from './clean.ts';

/** How much of a view fits on one card: rows per list, and lengths in UTF-16 units. */
export interface Budget {
  readonly rows: number;
  readonly title: number;
  readonly text: number;
  readonly value: number;
}

export interface Row {
  readonly name: string;
  readonly lines: readonly Line[];
}

export interface Line {
  readonly text: string;
}

const NAME_LENGTH = 80;
export const SHORT_LENGTH = 200;
export const URL_LENGTH = 2000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A short text that is never empty. */
export function line(text: string): string {
  return cleanLine(text, SHORT_LENGTH) || 'n/a';
}

export function lines(text: string, maxLength: number, budget: Budget): Line[] {
  const all = cleanText(text, maxLength)
    .split('\n')
    .filter((each) => each.trim() !== '');
  return limit(
    all.map((each) => ({ text: each })),
    budget.rows,
    (more) => ({ text: `… ${more} more lines are not shown here` }),
  );
}

export function rows(facts: readonly Fact[], budget: Budget): Row[] {
  const all = facts.map((fact) => ({
    name: cleanLine(fact.name, NAME_LENGTH) || '–',
    lines: orElse(lines(fact.value, budget.value, budget), 'n/a'),
  }));
  return limit(all, budget.rows, (more) => ({ name: '…', lines: [{ text: `${more} more are not shown here` }] }));
}

export function orElse(given: readonly Line[], text: string): readonly Line[] {
  return given.length > 0 ? given : [{ text }];
}

/** Never silently: the last entry says how many are missing. */
export function limit<T>(all: readonly T[], max: number, more: (count: number) => T): T[] {
  return all.length <= max ? [...all] : [...all.slice(0, max - 1), more(all.length - max + 1)];
}

/** A link opens https alone; http only on this machine, for the console. */
export function linkTarget(url: string): URL | null {
  const target = URL.canParse(url) && url.length <= URL_LENGTH ? new URL(url) : null;
  if (target?.protocol === 'https:') return target;
  return target?.protocol === 'http:' && LOOPBACK.has(target.hostname) ? target : null;
}
