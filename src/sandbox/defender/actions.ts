// What is asked of a machine: queued with 201 Pending, carried out later, one of a kind at a time. Body names are case-sensitive.
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type Answer, type Call, json, Problem, type Route, readJson } from '../call.ts';
import { APP_OBJECT_ID } from '../login/settings.ts';
import { compileFilter, readTop } from '../odata.ts';
import type { World } from '../world.ts';
import { findMachine } from './machines.ts';
import { type MachineAction, statusOf } from './state.ts';

const Comment = z.string().min(1);
const ExternalId = z.string().optional();
const BODIES = {
  Isolate: z.strictObject({ Comment, ExternalId, IsolationType: z.enum(['Full', 'Selective', 'UnManagedDevice']) }),
  Unisolate: z.strictObject({ Comment, ExternalId }),
  RunAntiVirusScan: z.strictObject({ Comment, ExternalId, ScanType: z.enum(['Quick', 'Full']) }),
  RestrictCodeExecution: z.strictObject({ Comment, ExternalId }),
  UnrestrictCodeExecution: z.strictObject({ Comment, ExternalId }),
} as const satisfies Record<MachineAction['type'], z.ZodType>;
const CancelBody = z.strictObject({ Comment });
const FILTERABLE = ['id', 'status', 'machineId', 'type', 'requestor', 'creationDateTimeUtc', 'externalID'];

/** The answer to asking for one kind of action. */
export function request(type: MachineAction['type']): Route['answer'] {
  return (world, call, [id = '']) => {
    const machine = findMachine(world, id);
    const body = parse(BODIES[type], readJson(call));
    const open = world.defender.actions.find(
      (action) => action.machineId === machine.id && action.type === type && isOpen(world, action, call),
    );
    if (open !== undefined) throw new Problem(400, 'BadRequest', 'Action is already in progress');
    const action: MachineAction = {
      id: randomUUID(),
      type,
      scope: 'IsolationType' in body ? body.IsolationType : 'ScanType' in body ? body.ScanType : null,
      requestorComment: body.Comment,
      externalID: body.ExternalId ?? null,
      machineId: machine.id,
      created: call.now.toISOString(),
      cancelled: '',
    };
    world.defender.actions.push(action);
    return json(201, { '@odata.context': context(call), ...describe(world, action, call) });
  };
}

export function listActions(world: World, call: Call): Answer {
  const filter = call.query.get('$filter');
  const matches = filter === null ? () => true : compileFilter(filter, FILTERABLE);
  const top = readTop(call.query.get('$top'), { default: 10_000, max: 10_000 });
  const newestFirst = world.defender.actions.map((action) => describe(world, action, call)).reverse();
  return json(200, { '@odata.context': `${call.base}/api/$metadata#MachineActions`, value: newestFirst.filter(matches).slice(0, top) });
}

export function getAction(world: World, call: Call, [id = '']: readonly string[]): Answer {
  return json(200, { '@odata.context': context(call), ...describe(world, find(world, id), call) });
}

export function cancelAction(world: World, call: Call, [id = '']: readonly string[]): Answer {
  const action = find(world, id);
  parse(CancelBody, readJson(call));
  if (!isOpen(world, action, call)) throw new Problem(400, 'BadRequest', 'The action has ended already');
  action.cancelled = call.now.toISOString();
  return json(200, { '@odata.context': context(call), ...describe(world, action, call) });
}

function find(world: World, id: string): MachineAction {
  const found = world.defender.actions.find((action) => action.id === id.toLowerCase());
  if (found === undefined) throw new Problem(404, 'ResourceNotFound', `Machine action ${id} was not found`);
  return found;
}

function isOpen(world: World, action: MachineAction, call: Call): boolean {
  return ['Pending', 'InProgress'].includes(statusOf(world.defender, action, call.now).status);
}

function parse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const missing = parsed.error.issues.some((issue) => issue.path[0] === 'Comment');
  throw new Problem(400, missing ? 'MissingRequiredParameter' : 'InvalidInput', z.prettifyError(parsed.error));
}

function describe(world: World, action: MachineAction, call: Call): Record<string, unknown> {
  const { status, since } = statusOf(world.defender, action, call.now);
  return {
    id: action.id,
    type: action.type,
    title: null,
    scope: action.scope,
    requestor: APP_OBJECT_ID,
    requestorComment: action.requestorComment,
    status,
    machineId: action.machineId,
    computerDnsName: findMachine(world, action.machineId).computerDnsName,
    creationDateTimeUtc: action.created,
    lastUpdateDateTimeUtc: since,
    externalID: action.externalID,
    relatedFileInfo: null,
  };
}

function context(call: Call): string {
  return `${call.base}/api/$metadata#MachineActions/$entity`;
}
