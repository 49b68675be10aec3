// Finds a machine by name or id.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { DefenderClient } from './client.ts';
import { resolveMachine } from './resolve-machine.ts';
import { FindMachineInput, MachineOutput } from './schemas.ts';

export function findMachine(defender: Lazy<DefenderClient>): Action {
  return defineAction({
    name: 'defender.find_machine',
    description: 'Finds a machine by its name or id in Defender for Endpoint.',
    effect: 'read',
    input: FindMachineInput,
    output: MachineOutput,
    describe: ({ host }) => `Look up the machine ${displayOf(host)} in Defender`,
    async run({ host }, { signal }) {
      const machine = await resolveMachine(defender(), host, signal);
      return {
        id: machine.id,
        name: machine.computerDnsName,
        os: machine.osPlatform,
        health: machine.healthStatus,
        last_seen: machine.lastSeen,
        risk: machine.riskScore,
      };
    },
  });
}
