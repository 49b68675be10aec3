// A checked playbook: what the loader in src/playbooks makes of a YAML file. Durations are milliseconds.
import type { EntityKind } from './entity.ts';

/** An expression or a text with `${{ }}` in it, compiled and checked. */
export interface Expression {
  /** As written in the file. */
  readonly source: string;
  readonly line: number;
  /** Evaluates against the variables of a run. Throws an Error that a playbook author can read; never answers a default. */
  evaluate(scope: Scope): unknown;
}

/** The variables an expression sees: plain JSON values by name (`incident`, `account`, `inputs`, step ids ...). */
export type Scope = Readonly<Record<string, unknown>>;

/** A value in `with:`: literals stay, expressions are evaluated when the step runs. */
export interface Template {
  /** True when nothing in it depends on the run. */
  readonly constant: boolean;
  evaluate(scope: Scope): unknown;
}

/** What starts a playbook. `entities` of an incident trigger are the kinds it uses as singular variables. */
export type Trigger =
  | { readonly kind: 'incident'; readonly entities: readonly EntityKind[] }
  | { readonly kind: 'alert'; readonly entities: readonly EntityKind[] }
  | { readonly kind: 'entity'; readonly kinds: readonly EntityKind[] };

export interface InputSpec {
  readonly name: string;
  readonly type: 'string' | 'number' | 'boolean' | 'duration';
  readonly description: string;
  readonly required: boolean;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
}

export interface Retry {
  /** Calls in all, the first included. */
  readonly attempts: number;
  readonly delayMs: number;
  readonly factor: number;
  readonly maxDelayMs: number;
}

interface StepBase {
  /** Given in the file or made from the position; unique within its playbook. */
  readonly id: string;
  /** Line in the file, from 1. */
  readonly line: number;
  /** Step runs only when true; absent: always. Written as `when:`. */
  readonly when?: Expression;
}

export interface ActionStep extends StepBase {
  readonly kind: 'action';
  readonly action: string;
  readonly with: Template;
  readonly retry: Retry;
  readonly timeoutMs: number;
  /** `continue`: a failure is recorded and the playbook goes on; `<id>.ok` and `<id>.error` tell. */
  readonly onError: 'fail' | 'continue';
  /** The author's reason for a destructive step without an approval before it; '' when not given. */
  readonly unattended: string;
}

export interface Choice {
  readonly id: string;
  readonly label: string;
  readonly style: 'default' | 'positive' | 'destructive';
}

/** Who is asked where. Roles and channels by their names in `picket.yaml`. */
export interface Ask {
  readonly channels: readonly string[];
  /** Roles whose members get a mail of their own. */
  readonly email: readonly string[];
  /** Roles whose members get a direct message of their own. */
  readonly direct: readonly string[];
}

export interface ApprovalStep extends StepBase {
  readonly kind: 'approval';
  readonly question: Template;
  readonly choices: readonly Choice[];
  readonly ask: Ask;
  /** Roles that may answer; empty: the playbook's `permissions.approve`. */
  readonly approvers: readonly string[];
  readonly quorum: number;
  readonly expires: {
    readonly afterMs: number;
    /** The choice that counts when nobody answers. Absent: the run ends as `expired` and changes nothing further. */
    readonly choice?: string;
    /** The next level: who is asked in addition when the first time is up, and for how long. */
    readonly escalate?: { readonly ask: Ask; readonly afterMs: number };
  };
  /** Remind those asked after this time, 0 for never. */
  readonly remindMs: number;
}

export interface IfStep extends StepBase {
  readonly kind: 'if';
  readonly condition: Expression;
  readonly then: readonly Step[];
  readonly else: readonly Step[];
}

export interface ParallelStep extends StepBase {
  readonly kind: 'parallel';
  readonly branches: readonly { readonly name: string; readonly steps: readonly Step[] }[];
}

export interface LoopStep extends StepBase {
  readonly kind: 'loop';
  /** Name of the loop's variable. */
  readonly as: string;
  readonly in: Expression;
  readonly steps: readonly Step[];
}

export interface WaitStep extends StepBase {
  readonly kind: 'wait';
  /** Evaluates to milliseconds. */
  readonly forMs: Template;
}

export type Step = ActionStep | ApprovalStep | IfStep | ParallelStep | LoopStep | WaitStep;

export interface Playbook {
  readonly name: string;
  readonly description: string;
  readonly on: Trigger;
  readonly inputs: readonly InputSpec[];
  /** Roles that may run it and that may answer its approvals. */
  readonly permissions: { readonly run: readonly string[]; readonly approve: readonly string[] };
  /** The whole run is cancelled after this time, waits included; 0 for no limit. */
  readonly timeLimitMs: number;
  readonly steps: readonly Step[];
  /** The file as it was read, and SHA-256 of it in hex: saved with every run. */
  readonly text: string;
  readonly hash: string;
  readonly file: string;
}

/** What is known of one step of one run. Path: see `src/playbooks/next.ts`. */
export interface StepRecord {
  readonly path: string;
  /** `started`: called, answer unknown. `waiting`: parked on an approval, a wait, a join. `skipped`: its `when` was false. */
  readonly status: 'started' | 'waiting' | 'done' | 'failed' | 'skipped';
  /** JSON object for actions and approvals; `{ taken: 'then' | 'else' }` for if; `{ items: [...] }` for a loop. */
  readonly output: unknown;
  /** Why it failed; '' otherwise. */
  readonly error: string;
}

/** What a line of a run needs next. */
export type Next =
  | { readonly kind: 'action'; readonly path: string; readonly step: ActionStep; readonly input: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'ask';
      readonly path: string;
      readonly step: ApprovalStep;
      readonly question: string;
      readonly effects: readonly ChoiceEffect[];
    }
  | { readonly kind: 'wait'; readonly path: string; readonly step: WaitStep; readonly ms: number }
  | { readonly kind: 'fork'; readonly path: string; readonly step: ParallelStep; readonly lines: readonly string[] }
  /** Nothing outside is called: write this down and go on. */
  | { readonly kind: 'note'; readonly path: string; readonly step: Step; readonly status: 'done' | 'skipped'; readonly output: unknown }
  /** The step at `path` is `started` or `waiting`. */
  | { readonly kind: 'parked'; readonly path: string }
  /** A step failed, or an expression did; `path` is the step. The line ends here. */
  | { readonly kind: 'failed'; readonly path: string; readonly step: Step | null; readonly error: string }
  | { readonly kind: 'done' };

/** What one choice of an approval will lead to, as far as it can be said before: one line per action. */
export interface ChoiceEffect {
  readonly choice: string;
  readonly lines: readonly string[];
}
