// An automation rule: ordered conditions on an incident or an alert, with what to do when all of them hold.
// The words are those of Microsoft Sentinel's automation rules; how the knowledge of them is read is told in match.ts.
import type { EntityKind } from '../model/entity.ts';
import type { RuleTrigger } from './event.ts';
import type { Operator } from './operators.ts';
import type { PropertyName } from './properties.ts';

/** A property of the incident, of its alerts or of its entities, compared with values. */
export interface PropertyCondition {
  readonly kind: 'property';
  readonly property: PropertyName;
  readonly operator: Operator;
  readonly values: readonly string[];
  /** IncidentLabel alone: all tags as one unit instead of any individual tag. */
  readonly collection: boolean;
}

/** True when the incident has at least one entity of each kind. Not in Sentinel. */
export interface EntitiesCondition {
  readonly kind: 'entities';
  readonly entities: readonly EntityKind[];
}

export type Condition = PropertyCondition | EntitiesCondition;

export interface RunPlaybook {
  readonly kind: 'run_playbook';
  readonly playbook: string;
}

/** What a rule does, in order. */
export type RuleAction = RunPlaybook;

export interface AutomationRule {
  readonly name: string;
  /** 1 to 1000, smallest first; equal numbers by name. */
  readonly order: number;
  readonly trigger: RuleTrigger;
  readonly enabled: boolean;
  /** ISO UTC; after it the rule is skipped. '' for never. */
  readonly expires: string;
  /** All must hold. */
  readonly conditions: readonly Condition[];
  readonly actions: readonly RuleAction[];
}
