// The commands of `/playbook`: one file each, one line here. The manifests are compared with this list.
import { cancel } from './cancel.ts';
import type { ChatCommand } from './command.ts';
import { helpFor } from './help.ts';
import { identities } from './identities.ts';
import { list } from './list.ts';
import { run } from './run.ts';
import { runs } from './runs.ts';
import { show } from './show.ts';

const own: readonly ChatCommand[] = [run, list, runs, show, cancel, identities];

export const commands: readonly ChatCommand[] = [...own, helpFor(own)];
