// `/playbook help`: the commands in one list, made from the registry.
import { notice } from '../notices.ts';
import type { ChatCommand } from './command.ts';

/** The help command over all commands of the registry. */
export function helpFor(commands: readonly ChatCommand[]): ChatCommand {
  const help: ChatCommand = {
    name: 'help',
    usage: 'help',
    summary: 'Show the commands',
    run: async () => ({
      visibility: 'private',
      view: notice({
        title: 'What Picket does for you',
        text: ['Quotes keep words together: reason="phishing mail". Targets may be defanged.'],
        facts: [...commands, help].map((command) => ({ name: `/playbook ${command.usage}`, value: command.summary })),
      }),
    }),
  };
  return help;
}
