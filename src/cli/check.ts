// `picket check`: everything that can be known to be wrong before a start, all at once, with its place and a hint.
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRenderer } from '../cards/render.ts';
import { loadSettings } from '../config.ts';
import type { ActionCatalogue } from '../model/action.ts';
import { describeProblem, type FileProblem, messageOf } from '../model/errors.ts';
import type { Playbook, Step } from '../model/playbook.ts';
import type { Settings } from '../model/settings.ts';
import { loadPlaybooks } from '../playbooks/load.ts';
import { loadRules } from '../rules/load.ts';
import { listActions } from './actions.ts';
import { SAMPLE_VIEWS } from './sample-views.ts';
import type { Terminal } from './terminal.ts';

const CARDS = fileURLToPath(new URL('../../cards', import.meta.url));

export async function check(terminal: Terminal): Promise<number> {
  const { cwd, env, out, err } = terminal;
  const settings = loadSettings({ cwd, env });
  const catalogue = await listActions(settings.connectors, terminal);
  const known = { catalogue, roles: settings.roles.map(({ name }) => name), channels: settings.channels.map(({ name }) => name) };
  const { playbooks, problems } = loadPlaybooks(settings.playbookDirs, known);
  const rules = loadRules(settings.rulesFile, { playbooks });

  const tell = (problem: FileProblem): string => describeProblem({ ...problem, file: nearPath(cwd, problem.file) });
  const wrong = [...[...problems, ...rules.problems].map(tell), ...brokenCards()];
  for (const warning of rules.warnings) out(`warning: ${tell(warning)}`);
  for (const note of settings.mode === 'real' ? unavailable(playbooks, catalogue) : []) out(`note: ${note}`);
  for (const line of wrong) err(line);
  if (wrong.length > 0) {
    err(`${count(wrong.length, 'problem')} found`);
    return 1;
  }
  out(summary(settings, { playbooks: playbooks.size, rules: rules.rules.length }));
  return 0;
}

// As a person in this folder would type it.
function nearPath(cwd: string, file: string): string {
  const near = relative(cwd, file);
  return near === '' || near.startsWith('..') ? file : near;
}

function brokenCards(): readonly string[] {
  try {
    const renderer = createRenderer({ templateDir: CARDS });
    for (const view of SAMPLE_VIEWS) renderer.render(view);
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

/** Playbooks that are right and still cannot run, because a connector is not configured. */
function unavailable(playbooks: ReadonlyMap<string, Playbook>, catalogue: ActionCatalogue): readonly string[] {
  return [...playbooks.values()].flatMap((playbook) => {
    const reasons = new Set(actionsOf(playbook.steps).map((action) => catalogue.unavailable(action)));
    return [...reasons].filter((reason) => reason !== '').map((reason) => `${playbook.name} cannot run: ${reason}`);
  });
}

function actionsOf(steps: readonly Step[]): readonly string[] {
  const actions: string[] = [];
  for (const step of steps) {
    if (step.kind === 'action') actions.push(step.action);
    if (step.kind === 'if') actions.push(...actionsOf([...step.then, ...step.else]));
    if (step.kind === 'loop') actions.push(...actionsOf(step.steps));
    if (step.kind === 'parallel') actions.push(...actionsOf(step.branches.flatMap((branch) => branch.steps)));
  }
  return actions;
}

function summary(settings: Settings, found: { readonly playbooks: number; readonly rules: number }): string {
  const mode =
    settings.mode === 'sandbox' ? 'nothing real is configured, so Picket starts with its sandbox' : 'real systems are configured';
  return `No problems: ${mode}; ${count(found.playbooks, 'playbook')}, ${count(found.rules, 'automation rule')}, ${count(SAMPLE_VIEWS.length, 'card')}.`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
