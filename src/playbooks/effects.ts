// What each choice of an approval will lead to, said before anybody chooses: the playbook is walked on as if the choice were made,
// every action being taken as done. What depends on outcomes that are not there yet is described without its inputs.
import type { ChoiceEffect, Next, Playbook, Scope, Step, StepRecord } from '../model/playbook.ts';
import { walkLine } from './walk.ts';

/** One line of what an action will do; `input` is null when it is not known yet: then the action's description. */
export type Describe = (action: string, input: Readonly<Record<string, unknown>> | null) => string;

interface Ahead {
  readonly playbook: Playbook;
  readonly scope: Scope;
  readonly records: ReadonlyMap<string, StepRecord>;
  readonly line: string;
  readonly describe: Describe;
}

const MAX_LINES = 20;
const MAX_STEPS = 60;

/** Lines for every choice of the approval that `line` has reached. */
export function effectsOf(ask: Extract<Next, { kind: 'ask' }>, ahead: Ahead): readonly ChoiceEffect[] {
  return ask.step.choices.map(({ id }) => ({ choice: id, lines: linesOf(ask.path, id, ahead) }));
}

function linesOf(path: string, choice: string, ahead: Ahead): readonly string[] {
  const records = new Map(ahead.records);
  // The summary is only ever quoted, so any text serves; who will have decided stays unknown.
  records.set(path, done(path, { outcome: 'chosen', choice, summary: 'decided' }));
  const lines: string[] = [];
  follow(ahead.line, records, { ...ahead, lines });
  if (lines.length === 0) return ['Nothing further'];
  const rest = lines.length - MAX_LINES;
  return rest > 0 ? [...lines.slice(0, MAX_LINES), `and ${rest} more`] : lines;
}

interface Following extends Ahead {
  readonly lines: string[];
}

/** Walks a line; false when it did not come to its end because people or unknown outcomes say how it goes on. */
function follow(line: string, records: Map<string, StepRecord>, ahead: Following): boolean {
  const { playbook, scope, lines, describe } = ahead;
  for (let steps = 0; steps < MAX_STEPS && lines.length <= MAX_STEPS; steps += 1) {
    const next = walkLine(playbook, scope, records, line);
    switch (next.kind) {
      case 'action':
        lines.push(asOrder(describe(next.step.action, next.input)));
        records.set(next.path, done(next.path, {}));
        break;
      case 'note':
        records.set(next.path, { ...done(next.path, next.output), status: next.status });
        break;
      case 'wait':
        lines.push(`Wait ${inWords(next.ms)}`);
        records.set(next.path, done(next.path, null));
        break;
      case 'fork': {
        const ended = next.lines.map((branch) => follow(branch, records, ahead));
        if (ended.includes(false)) return false;
        records.set(next.path, done(next.path, null));
        break;
      }
      case 'ask':
        lines.push(`Ask: ${next.question}`);
        return false;
      case 'failed':
        if (next.step === null) return false;
        lines.push(...unknownLines(next.step, describe));
        if (next.step.kind === 'approval') return false;
        records.set(next.path, { ...done(next.path, null), status: 'skipped' });
        break;
      case 'parked':
        return false;
      case 'done':
        return true;
    }
  }
  return false;
}

/** What an action does in general, in the form of the other lines: `Adds a note.` becomes `Add a note`. */
function asOrder(text: string): string {
  const verbs = /^([A-Z][a-z]+)s(?: or ([a-z]+)s)?(?= (?:an?|the|somebody|tags|severity|all|fields)\b)/;
  return text
    .replace(verbs, (_, verb: string, other: string | undefined) => (other === undefined ? verb : `${verb} or ${other}`))
    .replace(/\.$/, '');
}

/** Lines of a step whose expressions cannot be evaluated yet. */
function unknownLines(step: Step, describe: Describe): readonly string[] {
  switch (step.kind) {
    case 'action':
      return [`${step.when === undefined ? '' : 'Perhaps: '}${asOrder(describe(step.action, null))}`];
    case 'approval':
      return ['Ask again'];
    case 'wait':
      return ['Wait'];
    case 'if':
      return possibly('Perhaps', [...step.then, ...step.else], describe);
    case 'loop':
      return possibly('For each of a list', step.steps, describe);
    case 'parallel':
      return possibly(
        'Perhaps',
        step.branches.flatMap(({ steps }) => steps),
        describe,
      );
  }
}

function possibly(lead: string, steps: readonly Step[], describe: Describe): readonly string[] {
  return steps.flatMap((step) => unknownLines(step, describe)).map((line) => (line.startsWith(lead) ? line : `${lead}: ${line}`));
}

function done(path: string, output: unknown): StepRecord {
  return { path, status: 'done', output, error: '' };
}

function inWords(ms: number): string {
  const units = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'm'],
  ] as const;
  const [size, unit] = units.find(([length]) => ms >= length && ms % length === 0) ?? [1_000, 's'];
  return `${Math.round(ms / size)}${unit}`;
}
