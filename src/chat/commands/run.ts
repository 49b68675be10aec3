// `/playbook run`: find the playbook and its target, check that this person may, save the run. The run's card follows in the channel.
import { randomUUID } from 'node:crypto';
import { closeMatch } from '../../model/close-match.ts';
import { isRefusal, type Refusal, refuse } from '../../model/errors.ts';
import type { Incident } from '../../model/incident.ts';
import type { Playbook } from '../../model/playbook.ts';
import type { Subject } from '../../model/run.ts';
import { notice } from '../notices.ts';
import { pickEntity } from '../targets.ts';
import type { ChatCommand, Desk } from './command.ts';

export const run: ChatCommand = {
  name: 'run',
  usage: 'run <playbook> <entity, incident or alert> [name=value ...]',
  summary: 'Run a playbook on an account, host, address, incident or alert',
  run: async (desk, asked) => {
    const [name, ...target] = asked.words.words;
    if (name === undefined) return refuse('Which playbook?', 'Write /playbook run <playbook> <target>; /playbook list shows them.');
    const playbook = findPlaybook(desk, name);
    if (isRefusal(playbook)) return playbook;
    const denied = desk.access.mayRun(asked.person, { name: playbook.name, permissions: playbook.permissions });
    if (denied !== null) return denied;
    const missing = unavailableAction(desk, playbook);
    if (missing !== '') return refuse(`${playbook.name} cannot run here: ${missing}`, 'Ask whoever operates Picket.');
    const found = await findSubject(desk, playbook, target.join(' '));
    if (isRefusal(found)) return found;
    const started = await desk.engine.start({
      playbook: playbook.name,
      subject: found.subject,
      incident: found.incident,
      inputs: asked.words.options,
      cause: { kind: 'person', person: asked.person.id, via: asked.actor.platform },
      place: asked.place,
      key: `command:${randomUUID()}`,
    });
    if (isRefusal(started)) return started;
    return {
      visibility: 'private',
      view: notice({
        title: `Run ${started.number} accepted: ${playbook.name} on ${found.display}`,
        tone: 'good',
        text: ['Its card follows here.'],
        buttons: [logButton(started.runId)],
      }),
    };
  },
};

/** The personal link to a run's log is made when it is asked for. */
export function logButton(runId: string) {
  return { label: 'Run log', style: 'default', verb: 'runlog', id: runId, choice: '' } as const;
}

function findPlaybook(desk: Desk, name: string): Playbook | Refusal {
  const playbooks = desk.playbooks();
  const playbook = playbooks.get(name.toLowerCase());
  if (playbook !== undefined) return playbook;
  const near = closeMatch(name, playbooks.keys());
  return refuse(`There is no playbook "${name.slice(0, 80)}".`, near === '' ? 'See /playbook list.' : `Did you mean ${near}?`);
}

/** Why one of its actions cannot be called now; '' when all can. */
export function unavailableAction(desk: Desk, playbook: Playbook): string {
  for (const name of actionNames(playbook.steps)) {
    const reason = desk.catalogue.unavailable(name);
    if (reason !== '') return reason;
  }
  return '';
}

function actionNames(steps: Playbook['steps']): readonly string[] {
  return steps.flatMap((step) => {
    if (step.kind === 'action') return [step.action];
    if (step.kind === 'if') return [...actionNames(step.then), ...actionNames(step.else)];
    if (step.kind === 'parallel') return step.branches.flatMap((branch) => actionNames(branch.steps));
    return step.kind === 'loop' ? actionNames(step.steps) : [];
  });
}

interface Target {
  readonly subject: Subject;
  readonly incident: Incident | null;
  readonly display: string;
}

async function findSubject(desk: Desk, playbook: Playbook, text: string): Promise<Target | Refusal> {
  const { on } = playbook;
  if (text === '') {
    const wanted = on.kind === 'entity' ? on.kinds.join(' or ') : on.kind;
    return refuse(`${playbook.name} needs a target: ${wanted}.`, `Write /playbook run ${playbook.name} <${wanted}>.`);
  }
  if (on.kind === 'entity') {
    const entity = await pickEntity(desk.accounts, on.kinds, text, playbook.name);
    return isRefusal(entity) ? entity : { subject: { kind: 'entity', entity, incidentId: '' }, incident: null, display: entity.display };
  }
  if (on.kind === 'alert') {
    const incident = await desk.incidents.findAlert(text);
    if (incident === null) return refuse(`There is no alert ${text.slice(0, 80)}.`, "Take the id from its incident's card.");
    return { subject: { kind: 'alert', incidentId: incident.id, alertId: text }, incident, display: `alert ${text}` };
  }
  const incidents = await desk.incidents.find(text);
  const [first, second] = incidents;
  if (first === undefined)
    return refuse(
      `Picket has no incident "${text.slice(0, 80)}".`,
      `${playbook.name} runs on an incident that has a card here: give the number on it.`,
    );
  if (second !== undefined)
    return refuse(
      `Number ${text} stands for ${incidents.length} incidents.`,
      `Use an id: ${incidents.map((one) => `${one.id} (${one.title.slice(0, 40)})`).join(', ')}.`,
    );
  return { subject: { kind: 'incident', incidentId: first.id }, incident: first, display: `incident #${first.number}` };
}
