// What a trigger gives to expressions: the variables and their types.
import { ENTITY_KINDS, type EntityKind } from '../model/entity.ts';
import type { InputSpec, Trigger } from '../model/playbook.ts';
import { CEL_WORDS, type Names, noNames } from './expressions.ts';
import { ALERT, BOOL, DOUBLE, ENTITY, entityShape, INCIDENT, listOf, RUN, type Shape, STRING } from './shapes.ts';

/** The list variable of each kind. */
export const LIST_NAMES = {
  account: 'accounts',
  host: 'hosts',
  ip: 'ips',
  url: 'urls',
  dns: 'domains',
  filehash: 'hashes',
} as const satisfies Record<EntityKind, string>;

/** Names that no step and no loop variable may have: variables of some trigger, and words of CEL. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...CEL_WORDS,
  ...ENTITY_KINDS,
  ...Object.values(LIST_NAMES),
  ...'entity incident alert inputs run'.split(' '),
]);

/** The variables that stand at the first step. */
export function triggerNames(trigger: Trigger, inputs: readonly InputSpec[]): Names {
  let names = noNames().with('run', RUN).with('incident', INCIDENT).with('inputs', inputsShape(inputs));
  if (trigger.kind === 'entity') {
    const [only] = trigger.kinds;
    names = names.with('entity', ENTITY);
    return only !== undefined && trigger.kinds.length === 1 ? names.with(only, entityShape(only)) : names;
  }
  if (trigger.kind === 'alert') names = names.with('alert', ALERT);
  for (const kind of trigger.entities) names = names.with(kind, entityShape(kind));
  for (const kind of ENTITY_KINDS) names = names.with(LIST_NAMES[kind], listOf(entityShape(kind)));
  return names;
}

/** Why a variable of another trigger is not given by this one. */
export function notGiven(name: string, trigger: Trigger): { readonly message: string; readonly hint: string } | undefined {
  const kind = ENTITY_KINDS.find((candidate) => candidate === name);
  if (kind !== undefined && trigger.kind === 'entity') {
    const several = trigger.kinds.includes(kind);
    const hint = several ? 'use entity, or make one playbook for each kind' : `this playbook runs on ${trigger.kinds.join(', ')}`;
    return { message: `${kind} is not given by the trigger`, hint };
  }
  if (kind !== undefined)
    return {
      message: `${kind} is not given by the trigger`,
      hint: `add ${kind} to on.${trigger.kind}.entities, or loop over ${LIST_NAMES[kind]}`,
    };
  if (Object.values(LIST_NAMES).some((list) => list === name))
    return { message: `${name} is not given to an entity playbook`, hint: 'use the entity it runs on' };
  if (name === 'alert') return { message: 'alert is not given by the trigger', hint: 'use on: { alert: ... }' };
  if (name === 'entity') return { message: 'entity is not given by the trigger', hint: 'name the kind, e.g. account' };
  return undefined;
}

function inputsShape(inputs: readonly InputSpec[]): Shape {
  const types = { string: STRING, duration: STRING, number: DOUBLE, boolean: BOOL };
  return { kind: 'object', name: 'inputs', fields: Object.fromEntries(inputs.map((input) => [input.name, types[input.type]])) };
}
