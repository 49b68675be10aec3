// `/playbook show <run>`: the run's card and a personal link to its full log.
import { findRun } from '../../engine/history.ts';
import { type Refusal, refuse } from '../../model/errors.ts';
import { runView } from '../run-view.ts';
import type { Asked, ChatCommand, Desk } from './command.ts';

export const show: ChatCommand = {
  name: 'show',
  usage: 'show <run>',
  summary: 'Show one run: its steps, decisions and log',
  run: async (desk, asked) => {
    const id = await runOf(desk, asked);
    if (typeof id !== 'string') return id;
    const view = await runView(desk.db, id);
    return view === null ? refuse('That run is gone.') : { visibility: 'private', view };
  },
};

/** The run that the first word names by its number. */
export async function runOf(desk: Desk, asked: Asked): Promise<string | Refusal> {
  const word = asked.words.words[0]?.replace(/^#/, '') ?? '';
  if (!/^\d{1,15}$/.test(word)) return refuse('Which run?', 'Give its number, as in /playbook show 17; /playbook runs shows them.');
  const id = await findRun(desk.db, Number(word));
  return id ?? refuse(`There is no run ${word}.`, 'See /playbook runs.');
}
