// Which rules an event sets off, in which order. Pure. All comparisons ignore case.
//
// A positive operator holds when one of the property's texts fits one of the values; a negative one when none of them fits any. A
// property without texts (no such entity, no tag) fails the positive and passes the negative. Individual tags are the exception that
// Sentinel makes: there a negative operator too holds when at least one tag satisfies it.
import type { RuleEvent } from './event.ts';
import { OPERATIONS } from './operators.ts';
import { entitiesOf, PROPERTIES, type Property } from './properties.ts';
import type { AutomationRule, Condition, PropertyCondition } from './rule.ts';

/** The rules that apply, in the order they must run in. */
export function matchRules(rules: readonly AutomationRule[], event: RuleEvent): readonly AutomationRule[] {
  return inOrder(rules.filter((rule) => rule.trigger === event.kind && isActive(rule, event.at) && holds(rule, event)));
}

/** 1 to 1000, then by name. */
export function inOrder(rules: readonly AutomationRule[]): readonly AutomationRule[] {
  return rules.toSorted((a, b) => a.order - b.order || (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** True when all conditions of the rule hold, whatever set the event off. */
export function holds(rule: AutomationRule, event: RuleEvent): boolean {
  return rule.conditions.every((condition) => conditionHolds(condition, event));
}

function isActive({ enabled, expires }: AutomationRule, at: string): boolean {
  return enabled && (expires === '' || Date.parse(at) < Date.parse(expires));
}

function conditionHolds(condition: Condition, event: RuleEvent): boolean {
  switch (condition.kind) {
    case 'property':
      return propertyHolds(condition, event);
    case 'entities':
      return condition.entities.every((kind) => entitiesOf(event).some((entity) => entity.kind === kind));
  }
}

function propertyHolds({ property, operator, values, collection }: PropertyCondition, event: RuleEvent): boolean {
  const { read }: Property = PROPERTIES[property];
  const texts = read(event);
  const { compare, negative } = OPERATIONS[operator];
  const fits = (text: string): boolean => values.some((value) => compare(text.toLowerCase(), value.toLowerCase()));
  if (property === 'IncidentLabel' && !collection) return texts.some((text) => fits(text) !== negative);
  return texts.some(fits) !== negative;
}
