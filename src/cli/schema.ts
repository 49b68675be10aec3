// `picket schema`: the JSON Schema of playbooks, for completion and checks in editors.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { loadSettings } from '../config.ts';
import { schemaText } from '../playbooks/schema.ts';
import { listActions } from './actions.ts';
import type { Terminal } from './terminal.ts';

export async function schema(terminal: Terminal): Promise<number> {
  const { cwd, env, out } = terminal;
  const { connectors } = loadSettings({ cwd, env });
  const file = join(cwd, 'playbooks', 'playbook.schema.json');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, schemaText(await listActions(connectors, terminal)));
  out(`wrote ${relative(cwd, file)}`);
  return 0;
}
