// What a connector offers to playbooks: actions with a schema, an effect and, where there is one, an undo.
import type { z } from 'zod';
import type { Incident } from './incident.ts';
import type { Log } from './log.ts';
import type { Place } from './place.ts';

/** `read` changes nothing; `write` adds or edits; `destructive` takes something away from somebody until undone. */
export type Effect = 'read' | 'write' | 'destructive';

/** What the engine tells an action about this one call. */
export interface ActionContext {
  /** Idempotency key: the same on every repetition of this step, different for any other. 64 hex digits. */
  readonly key: string;
  /** True when an earlier call with this key may have been executed: look in the target before doing it again. */
  readonly repeated: boolean;
  /** Aborts at the step's time limit or when the run is cancelled. Hand it to every outside call. */
  readonly signal: AbortSignal;
  readonly run: { readonly id: string; readonly number: number; readonly playbook: string; readonly url: string };
  /** The incident the run works on, as saved when the run started; null for entity runs. */
  readonly incident: Incident | null;
  /** Where the run was asked for in chat; null when a rule started it. */
  readonly place: Place | null;
  readonly log: Log;
}

/** Another action that takes this one back, with its inputs. */
export interface UndoCall {
  readonly action: string;
  readonly with: Readonly<Record<string, unknown>>;
}

/** One thing a connector can do. Inputs and outputs are parsed by the schemas at every call. */
export interface Action {
  /** `connector.verb_object`, e.g. `entra.disable_user`. */
  readonly name: string;
  /** One sentence for lists, editors and documentation. */
  readonly description: string;
  readonly effect: Effect;
  /** An object schema; its field descriptions become the reference and the editor's completion. */
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  /** One line of what it will do to this target, for previews and approval cards; texts are not yet escaped. */
  describe(input: unknown): string;
  /** Why it would surely fail on this input, '' when it may be tried: asked before anybody is asked to decide. Absent: always ''. */
  refuses?(input: unknown): string;
  /** Does it. Throws ActionError; `retryable` only when the outside said that it was not done. */
  run(input: unknown, context: ActionContext): Promise<Record<string, unknown>>;
  /** How to take it back after it was done, or null when there is nothing to take back. Absent: cannot be undone. */
  undo?(input: unknown, output: unknown): UndoCall | null;
}

interface ActionDefinition<I extends z.ZodObject, O extends z.ZodObject> {
  readonly name: string;
  readonly description: string;
  readonly effect: Effect;
  readonly input: I;
  readonly output: O;
  describe(input: z.output<I>): string;
  refuses?(input: z.output<I>): string;
  run(input: z.output<I>, context: ActionContext): Promise<z.input<O>>;
  undo?(input: z.output<I>, output: z.output<O>): UndoCall | null;
}

/** Types an action by its schemas and returns the form the registry holds, which parses what it is given. */
export function defineAction<I extends z.ZodObject, O extends z.ZodObject>(definition: ActionDefinition<I, O>): Action {
  const { name, description, effect, input, output, refuses, undo } = definition;
  return {
    name,
    description,
    effect,
    input,
    output,
    describe: (given) => definition.describe(input.parse(given)),
    run: async (given, context) => output.parse(await definition.run(input.parse(given), context)),
    ...(refuses === undefined ? {} : { refuses: (given: unknown) => refuses(input.parse(given)) }),
    ...(undo === undefined ? {} : { undo: (given: unknown, result: unknown) => undo(input.parse(given), output.parse(result)) }),
  };
}

/** All that playbooks may call, filled from the connectors by main. */
export interface ActionCatalogue {
  get(name: string): Action | undefined;
  /** Every action, by name. */
  list(): readonly Action[];
  /** Why the connector of this action cannot be used now ('' when it can): `servicenow is not configured: set ...`. */
  unavailable(name: string): string;
}
