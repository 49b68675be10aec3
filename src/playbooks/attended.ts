// No destructive step without a person: each needs an approval before it on its path whose choice decides that it runs.
// Conditions are tried with every choice: a step that runs whatever people choose, or when nobody answers, was not decided by anybody.
import type { ActionStep, ApprovalStep, Expression, Playbook, Step } from '../model/playbook.ts';
import type { Known } from './reader.ts';

interface Check {
  readonly known: Known;
  readonly permissions: Playbook['permissions'];
  readonly report: (line: number, message: string, hint: string) => void;
}

/** An approval that was passed on the way, and the choices with which this point is still reached. */
interface Passed {
  readonly step: ApprovalStep;
  readonly possible: readonly string[];
}

type Passes = ReadonlyMap<string, Passed>;

/** Reports destructive steps that no person decides on, and approvals that nobody may answer. */
export function checkAttended(steps: readonly Step[], check: Check): void {
  visitList(steps, new Map(), check);
}

/** Approvals that were passed for certain when the list has ended. */
function visitList(steps: readonly Step[], before: Passes, check: Check): Passes {
  let passes = before;
  for (const step of steps) {
    const gained = visit(step, step.when === undefined ? passes : narrow(passes, step.when, true), check);
    if (step.when === undefined) passes = new Map([...passes, ...gained]);
  }
  return passes;
}

/** Approvals that this step adds. */
function visit(step: Step, passes: Passes, check: Check): Passes {
  switch (step.kind) {
    case 'action':
      checkAction(step, passes, check);
      return new Map();
    case 'approval':
      if (step.approvers.length === 0 && check.permissions.approve.length === 0) {
        check.report(step.line, 'nobody may answer this approval', 'name roles in approvers, or in permissions.approve');
      }
      return new Map([[step.id, { step, possible: step.choices.map(({ id }) => id) }]]);
    case 'if':
      visitList(step.then, narrow(passes, step.condition, true), check);
      visitList(step.else, narrow(passes, step.condition, false), check);
      return new Map();
    case 'parallel': {
      const gained = step.branches.flatMap((branch) => [...visitList(branch.steps, passes, check)]);
      return new Map(gained.filter(([id]) => !passes.has(id)));
    }
    case 'loop':
      visitList(step.steps, passes, check);
      return new Map();
    case 'wait':
      return new Map();
  }
}

function checkAction(step: ActionStep, passes: Passes, check: Check): void {
  if (step.unattended !== '' || check.known.catalogue.get(step.action)?.effect !== 'destructive') return;
  const all = [...passes.values()];
  if (all.some(isDecided)) return;
  const unattended = 'or say unattended: <reason>';
  const silent = all.find(({ step: { expires }, possible }) => expires.choice !== undefined && possible.includes(expires.choice));
  const [first] = all;
  if (first === undefined) {
    check.report(
      step.line,
      `${step.action} is destructive and no approval comes before it`,
      `put an approval step before it, ${unattended}`,
    );
  } else if (silent !== undefined && silent.possible.length < silent.step.choices.length) {
    const { id, expires } = silent.step;
    check.report(
      step.line,
      `${step.action} is destructive and would run when nobody answers ${id}`,
      `take ${expires.choice} out of expires.choice, ${unattended}`,
    );
  } else {
    const { id, choices } = first.step;
    const hint = `put it into if: ${id}.choice == "${choices[0]?.id ?? ''}", ${unattended}`;
    check.report(step.line, `${step.action} is destructive and runs whatever is chosen in ${id}`, hint);
  }
}

function isDecided({ step, possible }: Passed): boolean {
  const chosen = possible.length < step.choices.length || step.choices.length === 1;
  return chosen && (step.expires.choice === undefined || !possible.includes(step.expires.choice));
}

/** The approvals with the choices for which the condition may be `wanted`. */
function narrow(passes: Passes, condition: Expression, wanted: boolean): Passes {
  return new Map(
    [...passes].map(([id, passed]) => [
      id,
      { ...passed, possible: passed.possible.filter((choice) => mayBe(condition, id, choice, wanted)) },
    ]),
  );
}

function mayBe(condition: Expression, id: string, choice: string, wanted: boolean): boolean {
  try {
    return condition.evaluate({ [id]: { choice, outcome: 'chosen' } }) === wanted;
  } catch {
    return true; // it depends on something else too
  }
}
