// What a line of a run needs next, from the playbook, the run's variables and what is recorded. Pure: same arguments, same answer.
import type { Next, Playbook, Scope, StepRecord } from '../model/playbook.ts';
import { type Describe, effectsOf } from './effects.ts';
import { walkLine } from './walk.ts';

export type { Describe } from './effects.ts';

/** The next need of `line` (`main`, or a branch as `fork` named it). How paths are made is told in walk.ts. */
export function nextFor(
  playbook: Playbook,
  scope: Scope,
  records: ReadonlyMap<string, StepRecord>,
  line: string,
  describe: Describe,
): Next {
  const next = walkLine(playbook, scope, records, line);
  return next.kind === 'ask' ? { ...next, effects: effectsOf(next, { playbook, scope, records, line, describe }) } : next;
}
