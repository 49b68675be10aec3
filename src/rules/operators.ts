// The eight comparisons of texts. Both sides are lower-cased before.

export const OPERATORS = [
  'Equals',
  'NotEquals',
  'Contains',
  'NotContains',
  'StartsWith',
  'NotStartsWith',
  'EndsWith',
  'NotEndsWith',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** A comparison, and whether the operator holds when it does not. */
interface Operation {
  readonly compare: (text: string, value: string) => boolean;
  readonly negative: boolean;
}

const equals = (text: string, value: string): boolean => text === value;
const contains = (text: string, value: string): boolean => text.includes(value);
const startsWith = (text: string, value: string): boolean => text.startsWith(value);
const endsWith = (text: string, value: string): boolean => text.endsWith(value);

export const OPERATIONS: Readonly<Record<Operator, Operation>> = {
  Equals: { compare: equals, negative: false },
  NotEquals: { compare: equals, negative: true },
  Contains: { compare: contains, negative: false },
  NotContains: { compare: contains, negative: true },
  StartsWith: { compare: startsWith, negative: false },
  NotStartsWith: { compare: startsWith, negative: true },
  EndsWith: { compare: endsWith, negative: false },
  NotEndsWith: { compare: endsWith, negative: true },
};
