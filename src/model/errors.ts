// The family of errors. Branch on the class or on `code`, never on message text.
// A message tells its reader what to do next.

abstract class PicketError extends Error {
  abstract readonly code: string;
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
  }
}

/** Configuration or environment is unusable; the process does not start. The message names the setting and the cure. */
export class ConfigError extends PicketError {
  override readonly code = 'config';
}

/** One finding in a playbook or rule file. `line` and `column` count from 1. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to write instead, when that can be said. */
  readonly hint?: string;
}

/** A playbook or rule file was refused; `problems` holds every finding, first one first. */
export class PlaybookError extends PicketError {
  override readonly code = 'playbook';
  readonly problems: readonly FileProblem[];
  constructor(problems: readonly FileProblem[]) {
    super(problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

/** One line: `file:line:column message (hint)`. */
export function describeProblem(problem: FileProblem): string {
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}${hint}`;
}

interface ActionErrorOptions {
  readonly connector: string;
  readonly action?: string;
  /** The outside said "not done, try again" (429, 503, refused connection), or the action looked and found nothing done. */
  readonly retryable?: boolean;
  /** Milliseconds to wait before the next try, from Retry-After. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** A connector could not do what was asked. The message is shown on cards and in the run log. */
export class ActionError extends PicketError {
  override readonly code = 'action';
  readonly connector: string;
  readonly action: string | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: ActionErrorOptions) {
    super(message, options.cause);
    this.connector = options.connector;
    this.action = options.action;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** What a chat platform answered, as the outbox must treat it. */
export type ChatFailure =
  /** Too fast or briefly down: try again after `retryAfterMs`. */
  | 'retry'
  /** The answer was lost: the message may stand. Look it up before posting again. */
  | 'ambiguous'
  /** The channel is gone, archived, private, or the bot is not a member: the operator must act. */
  | 'unreachable'
  /** The platform refuses this content (size, schema): repeating it is useless. */
  | 'refused';

/** A chat platform could not show something. */
export class ChatError extends PicketError {
  override readonly code = 'chat';
  readonly platform: string;
  readonly failure: ChatFailure;
  readonly retryAfterMs: number | undefined;
  constructor(message: string, options: { platform: string; failure: ChatFailure; retryAfterMs?: number; cause?: unknown }) {
    super(message, options.cause);
    this.platform = options.platform;
    this.failure = options.failure;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** A person asked for something that will not be done. A value to return and to show, not an exception. */
export interface Refusal {
  readonly refused: true;
  /** One sentence: what was not done and why. */
  readonly why: string;
  /** Who could do it, or what to do instead; empty when nothing helps. */
  readonly remedy: string;
}

/** Makes a Refusal. `why` is one sentence, `remedy` says what to do instead. */
export function refuse(why: string, remedy = ''): Refusal {
  return { refused: true, why, remedy };
}

/** True for a Refusal among other outcomes. */
export function isRefusal(value: object): value is Refusal {
  return 'refused' in value && value.refused === true;
}

/** The text of anything that was thrown, for logs and cards. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
