// What sets rules off.
import type { Alert, Incident } from '../model/incident.ts';

export const RULE_TRIGGERS = ['incident-created', 'incident-updated', 'alert-created'] as const;
export type RuleTrigger = (typeof RULE_TRIGGERS)[number];

/** Something that happened, as it stands after what earlier rules changed. */
export interface RuleEvent {
  readonly kind: RuleTrigger;
  readonly incident: Incident;
  /** The alert of `alert-created`. */
  readonly alert?: Alert;
  /** ISO UTC: rules that expired before it are skipped. */
  readonly at: string;
}
