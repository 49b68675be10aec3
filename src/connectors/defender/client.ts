// Machines and machine actions of Defender for Endpoint. Names in bodies are case-sensitive; 201 means queued, not done.
import { z } from 'zod';
import type { Log } from '../../model/log.ts';
import { createAzureClient } from '../azure/client.ts';
import type { TokenProvider } from '../azure/token.ts';
import type { Timing } from '../call.ts';
import { DEFAULT_TIMING } from '../http-client.ts';
import type { Send } from '../wire.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');

const Machine = z.object({
  id: z.string().min(1),
  computerDnsName: text,
  osPlatform: text,
  healthStatus: text,
  lastSeen: text,
  riskScore: text,
});
export type Machine = z.output<typeof Machine>;

const MachineAction = z.object({
  id: z.string().min(1),
  type: text,
  status: text,
  machineId: text,
  requestorComment: text,
  creationDateTimeUtc: text,
});
export type MachineAction = z.output<typeof MachineAction>;

const Machines = z.object({ value: z.array(Machine) });
const MachineActions = z.object({ value: z.array(MachineAction) });

export interface DefenderClient {
  /** How long an action is followed before it is said to be under way still. */
  readonly follow: Pick<Timing, 'followMs' | 'lookMs'>;
  /** A CallError with status 404 when there is none. */
  machine(id: string, signal: AbortSignal): Promise<Machine>;
  machinesNamed(filter: string, signal: AbortSignal): Promise<readonly Machine[]>;
  /** Isolations and releases of a machine, newest first. */
  actionsOf(machineId: string, signal: AbortSignal): Promise<readonly MachineAction[]>;
  action(id: string, signal: AbortSignal): Promise<MachineAction>;
  /** Not repeatable: each call queues an action. */
  isolate(
    machineId: string,
    body: { readonly Comment: string; readonly IsolationType: string },
    signal: AbortSignal,
  ): Promise<MachineAction>;
  release(machineId: string, body: { readonly Comment: string }, signal: AbortSignal): Promise<MachineAction>;
}

export interface DefenderClientOptions {
  readonly baseUrl: string;
  readonly tokens: TokenProvider;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
  readonly send?: Send;
}

export function createDefenderClient(options: DefenderClientOptions): DefenderClient {
  const follow = { ...DEFAULT_TIMING, ...options.timing };
  const http = createAzureClient({ ...options, connector: 'defender', system: 'Defender', address: 'DEFENDER_URL' });
  const get = async <S extends z.ZodType>(path: string, answer: S, signal: AbortSignal) =>
    (await http.call({ method: 'GET', path, answer, repeatable: true, signal })).body;
  const queue = async (machineId: string, verb: string, json: unknown, signal: AbortSignal) =>
    (
      await http.call({
        method: 'POST',
        path: `/api/machines/${encodeURIComponent(machineId)}/${verb}`,
        json,
        answer: MachineAction,
        repeatable: false,
        signal,
      })
    ).body;
  return {
    follow,
    machine: (id, signal) => get(`/api/machines/${encodeURIComponent(id)}`, Machine, signal),
    machinesNamed: async (filter, signal) => (await get(`/api/machines?$filter=${encodeURIComponent(filter)}`, Machines, signal)).value,
    async actionsOf(machineId, signal) {
      const filter = encodeURIComponent(`machineId eq '${machineId.replaceAll("'", "''")}'`);
      const { value } = await get(`/api/machineactions?$filter=${filter}`, MachineActions, signal);
      return value
        .filter((action) => action.machineId === machineId && ['isolate', 'unisolate'].includes(action.type.toLowerCase()))
        .sort((one, other) => other.creationDateTimeUtc.localeCompare(one.creationDateTimeUtc));
    },
    action: (id, signal) => get(`/api/machineactions/${encodeURIComponent(id)}`, MachineAction, signal),
    isolate: (machineId, body, signal) => queue(machineId, 'isolate', body, signal),
    release: (machineId, body, signal) => queue(machineId, 'unisolate', body, signal),
  };
}
