// `/playbook list`: every playbook, also those that cannot be run here or by this person, with the reason.

import type { Playbook } from '../../model/playbook.ts';
import { notice } from '../notices.ts';
import type { ChatCommand } from './command.ts';
import { unavailableAction } from './run.ts';

export const list: ChatCommand = {
  name: 'list',
  usage: 'list',
  summary: 'Show the playbooks, what they run on, and whether you may',
  run: async (desk, asked) => {
    const playbooks = [...desk.playbooks().values()].toSorted((a, b) => a.name.localeCompare(b.name));
    const facts = playbooks.map((playbook) => {
      const denied = desk.access.mayRun(asked.person, { name: playbook.name, permissions: playbook.permissions });
      const reason = unavailableAction(desk, playbook) || (denied === null ? '' : `${denied.why} ${denied.remedy}`.trim());
      return {
        name: `${playbook.name} <${target(playbook)}>`,
        value: reason === '' ? playbook.description : `${playbook.description}\n${reason}`,
      };
    });
    if (facts.length === 0)
      return {
        visibility: 'private',
        view: notice({ title: 'There are no playbooks yet', text: ['Put YAML files into the playbooks folder; see the README.'] }),
      };
    return {
      visibility: 'private',
      view: notice({ title: `${facts.length} playbooks`, text: ['Run one with /playbook run <name> <target>.'], facts }),
    };
  },
};

function target({ on }: Playbook): string {
  return on.kind === 'entity' ? on.kinds.join(' | ') : on.kind;
}
