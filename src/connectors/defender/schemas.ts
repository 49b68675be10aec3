// What the actions of Defender for Endpoint take and give.
import { z } from 'zod';
import { HostInput } from '../inputs.ts';

const comment = z.string().max(4000).optional().describe('Kept with the action in Defender');

export const FindMachineInput = z.object({ host: HostInput });
export const IsolateMachineInput = z.object({
  host: HostInput,
  type: z.enum(['Full', 'Selective']).default('Full').describe('Selective leaves Outlook, Teams and Skype connected'),
  comment,
});
export const ReleaseMachineInput = z.object({ host: HostInput, comment });

export const MachineOutput = z.object({
  id: z.string(),
  name: z.string(),
  os: z.string(),
  health: z.string(),
  last_seen: z.string(),
  risk: z.string(),
});

export const MachineActionOutput = z.object({
  machine: z.string().describe('Id of the machine'),
  name: z.string(),
  action: z.string().describe('Id of the machine action'),
  status: z.string().describe('Pending or InProgress while the machine has not confirmed; Succeeded when it has'),
  changed: z.boolean().describe('False when the machine was so already'),
});
