// What the stand-in of Defender for Endpoint remembers: machines, what was asked of them, and indicators.
import { z } from 'zod';

export const Machine = z.object({
  id: z.string(),
  computerDnsName: z.string(),
  firstSeen: z.string(),
  lastSeen: z.string(),
  osPlatform: z.string(),
  version: z.string(),
  osProcessor: z.string(),
  lastIpAddress: z.string(),
  lastExternalIpAddress: z.string(),
  osBuild: z.number(),
  healthStatus: z.enum(['Active', 'Inactive', 'ImpairedCommunication', 'NoSensorData']),
  rbacGroupId: z.number(),
  rbacGroupName: z.string(),
  riskScore: z.string(),
  exposureLevel: z.string(),
  isAadJoined: z.boolean(),
  aadDeviceId: z.string().nullable(),
  machineTags: z.array(z.string()),
});
export type Machine = z.infer<typeof Machine>;

export const MachineAction = z.object({
  id: z.string(),
  type: z.enum(['Isolate', 'Unisolate', 'RunAntiVirusScan', 'RestrictCodeExecution', 'UnrestrictCodeExecution']),
  scope: z.string().nullable(),
  requestorComment: z.string(),
  externalID: z.string().nullable(),
  machineId: z.string(),
  created: z.string(),
  /** ISO time of the cancellation, '' when it was not cancelled. */
  cancelled: z.string(),
});
export type MachineAction = z.infer<typeof MachineAction>;

export const Indicator = z.object({
  id: z.string(),
  indicatorValue: z.string(),
  indicatorType: z.string(),
  fields: z.record(z.string(), z.unknown()),
});

export const DefenderState = z.object({ machines: z.array(Machine), actions: z.array(MachineAction), indicators: z.array(Indicator) });
export type DefenderState = z.infer<typeof DefenderState>;

// A machine that is on takes the command up and carries it out; one that is off leaves it pending for days.
const STARTS_AFTER_MS = 1000;
const ENDS_AFTER_MS = 2000;

/** Where an action stands now. Nothing runs in between: it follows from the clock alone. */
export function statusOf(state: DefenderState, action: MachineAction, now: Date): { status: string; since: string } {
  if (action.cancelled !== '') return { status: 'Cancelled', since: action.cancelled };
  const machine = state.machines.find(({ id }) => id === action.machineId);
  const age = now.getTime() - Date.parse(action.created);
  if (machine?.healthStatus !== 'Active' || age < STARTS_AFTER_MS) return { status: 'Pending', since: action.created };
  const after = age < ENDS_AFTER_MS ? STARTS_AFTER_MS : ENDS_AFTER_MS;
  const since = new Date(Date.parse(action.created) + after).toISOString();
  return { status: after === STARTS_AFTER_MS ? 'InProgress' : 'Succeeded', since };
}

/** True when the last isolation or release that succeeded was an isolation. */
export function isIsolated(state: DefenderState, machine: Machine, now: Date): boolean {
  const done = state.actions.filter(
    (action) =>
      action.machineId === machine.id &&
      (action.type === 'Isolate' || action.type === 'Unisolate') &&
      statusOf(state, action, now).status === 'Succeeded',
  );
  return done.at(-1)?.type === 'Isolate';
}
