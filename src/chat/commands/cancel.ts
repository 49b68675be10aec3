// `/playbook cancel <run>`: whoever started it, or an admin, ends it where it stands.
import { runLog } from '../../engine/history.ts';
import { isRefusal, type Refusal, refuse } from '../../model/errors.ts';
import type { Actor, Person } from '../../model/person.ts';
import { isUuid } from '../../model/uuid.ts';
import { notice } from '../notices.ts';
import type { ChatCommand, Desk, Said } from './command.ts';
import { runOf } from './show.ts';

export const cancel: ChatCommand = {
  name: 'cancel',
  usage: 'cancel <run>',
  summary: 'Stop a run; what it has done stays done',
  run: async (desk, asked) => {
    const id = await runOf(desk, asked);
    return typeof id === 'string' ? cancelFor(desk, asked.person, asked.actor, id) : id;
  },
};

/** The same for the button on the run's card. */
export async function cancelFor(desk: Desk, person: Person, actor: Actor, runId: string): Promise<Said | Refusal> {
  const log = isUuid(runId) ? await runLog(desk.db, runId) : null;
  if (log === null) return refuse('There is no such run.', 'See /playbook runs.');
  const startedBy = log.cause.kind === 'person' ? log.cause.person : '';
  const denied = desk.access.mayCancel(person, { number: log.number, startedBy }, actor);
  if (denied !== null) return denied;
  const done = await desk.engine.cancel(runId, { id: person.id, name: person.name });
  if (isRefusal(done)) return done;
  return {
    visibility: 'private',
    view: notice({ title: `Run ${log.number} is cancelled`, text: ['What it had done stays done; see its log.'] }),
  };
}
