// `/playbook runs`: the newest runs and their state.
import { listRuns } from '../../engine/history.ts';
import { refuse } from '../../model/errors.ts';
import { standing } from '../../model/run.ts';
import { shortTime } from '../../model/time.ts';
import { notice } from '../notices.ts';
import type { ChatCommand } from './command.ts';

const MOST = 10;

export const runs: ChatCommand = {
  name: 'runs',
  usage: 'runs [before=<number>]',
  summary: 'Show the newest runs and what became of them',
  run: async (desk, asked) => {
    const { before } = asked.words.options;
    if (before !== undefined && !/^\d{1,15}$/.test(before))
      return refuse(`before must be the number of a run, not "${before.slice(0, 40)}".`, 'Write /playbook runs before=17.');
    const found = await listRuns(desk.db, { limit: MOST + 1, ...(before === undefined ? {} : { before: Number(before) }) });
    const shown = found.slice(0, MOST);
    if (shown.length === 0)
      return { visibility: 'private', view: notice({ title: 'No runs yet', text: ['Start one with /playbook run <playbook> <target>.'] }) };
    const oldest = shown.at(-1);
    return {
      visibility: 'private',
      view: notice({
        title: 'Newest runs',
        text: found.length > MOST && oldest !== undefined ? [`Older ones: /playbook runs before=${oldest.number}`] : [],
        facts: shown.map((run) => ({
          name: `${run.number} ${run.playbook}`,
          value: `${run.subjectDisplay} · ${shortTime(run.createdAt)} · ${standing(run.status, run.summary)}`,
        })),
      }),
    };
  },
};
