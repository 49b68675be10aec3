// Runs, approvals and decisions as the engine saves them and as history shows them. Times are ISO UTC.
import type { Entity } from './entity.ts';
import type { Refusal } from './errors.ts';
import type { Incident } from './incident.ts';
import type { Place } from './place.ts';
import type { Choice } from './playbook.ts';

/** `expired`: an approval without default ran out of time. `disagreed`: no choice could reach its quorum any more. */
export const RUN_STATUSES = ['running', 'waiting', 'succeeded', 'failed', 'cancelled', 'expired', 'disagreed'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** True when nothing more will happen in it. */
export function isEnded(status: RunStatus): boolean {
  return status !== 'running' && status !== 'waiting';
}

/** Where a run stands, in one line that says nothing twice: `waiting for admin: ...`, `failed at disable: ...`, `succeeded`. */
export function standing(status: RunStatus, summary: string): string {
  if (summary === '' || (status === 'succeeded' && summary === 'done')) return status;
  return summary.startsWith(`${status} `) ? summary : `${status}: ${summary}`;
}

/** What a run works on. */
export type Subject =
  | { readonly kind: 'incident'; readonly incidentId: string }
  | { readonly kind: 'alert'; readonly incidentId: string; readonly alertId: string }
  | { readonly kind: 'entity'; readonly entity: Entity; readonly incidentId: string };

/** Who caused a run: a person in chat, or a rule on an incident. */
export type Cause =
  | { readonly kind: 'person'; readonly person: string; readonly via: Via }
  | { readonly kind: 'rule'; readonly rule: string };

/** Where a command or a decision was given. */
export type Via = 'slack' | 'teams' | 'console' | 'email';

/** A request to run a playbook. `key` makes a second request with the same key answer the first run. */
export interface StartRun {
  readonly playbook: string;
  readonly subject: Subject;
  readonly incident: Incident | null;
  readonly inputs: Readonly<Record<string, string | number | boolean>>;
  readonly cause: Cause;
  readonly place: Place | null;
  readonly key: string;
}

export interface RunSummary {
  readonly id: string;
  /** The number people use: `/playbook show 17`. */
  readonly number: number;
  readonly playbook: string;
  readonly status: RunStatus;
  readonly subject: Subject;
  /** What the subject is called. */
  readonly subjectDisplay: string;
  readonly cause: Cause;
  /** One line: what it waits for, how it ended, or why it failed. */
  readonly summary: string;
  readonly createdAt: string;
  readonly finishedAt: string;
}

export interface RunStepLog {
  readonly path: string;
  readonly line: string;
  readonly attempt: number;
  readonly kind: string;
  /** Name of the action, '' for other steps. */
  readonly action: string;
  readonly status: 'started' | 'waiting' | 'done' | 'failed' | 'skipped';
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string;
  readonly startedAt: string;
  readonly finishedAt: string;
}

export interface Vote {
  /** The person's id, and their name at the time. */
  readonly person: string;
  readonly name: string;
  readonly choice: string;
  readonly via: Via;
  readonly at: string;
}

/** How an approval ended. `choice` is '' unless one was made or fell by default. */
export interface Decision {
  readonly outcome: 'chosen' | 'expired' | 'disagreed' | 'cancelled';
  readonly choice: string;
  /** Names of the people whose votes made it, or who cancelled; empty when time did. */
  readonly by: readonly string[];
  readonly via: Via | 'timer' | 'engine';
  readonly at: string;
}

export interface Approval {
  readonly id: string;
  readonly runId: string;
  readonly path: string;
  readonly question: string;
  readonly choices: readonly Choice[];
  /** Lines of what each choice will do, by choice id. */
  readonly effects: Readonly<Record<string, readonly string[]>>;
  readonly approvers: readonly string[];
  readonly quorum: number;
  /** 0 at first, 1 after the next level was asked. */
  readonly level: number;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly votes: readonly Vote[];
  /** null while open. */
  readonly decision: Decision | null;
}

/** Everything the run log shows. */
export interface RunLog extends RunSummary {
  readonly error: string;
  readonly startedAt: string;
  readonly incident: Incident | null;
  readonly place: Place | null;
  readonly steps: readonly RunStepLog[];
  readonly approvals: readonly Approval[];
}

/** What became of one answer to an approval. */
export type Answered =
  /** This vote decided it. */
  | { readonly kind: 'decided'; readonly decision: Decision; readonly runId: string }
  /** Counted; more votes are needed. */
  | { readonly kind: 'counted'; readonly votes: number; readonly quorum: number }
  /** Too late: the decision that stands. */
  | { readonly kind: 'closed'; readonly decision: Decision }
  | { readonly kind: 'unknown' }
  /** The same person voted otherwise before, or chose something that is not offered. */
  | { readonly kind: 'refused'; readonly refusal: Refusal };
