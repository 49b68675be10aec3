// Lets an isolated machine back into the network.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { DefenderClient } from './client.ts';
import { requestAction } from './request-action.ts';
import { resolveMachine } from './resolve-machine.ts';
import { MachineActionOutput, ReleaseMachineInput } from './schemas.ts';

export function releaseMachine(defender: Lazy<DefenderClient>): Action {
  return defineAction({
    name: 'defender.release_machine',
    description: 'Releases an isolated machine with Defender for Endpoint.',
    effect: 'write',
    input: ReleaseMachineInput,
    output: MachineActionOutput,
    describe: ({ host }) => `Release the machine ${displayOf(host)} from isolation`,
    async run({ host, comment = '' }, context) {
      const client = defender();
      const machine = await resolveMachine(client, host, context.signal);
      const queue = (Comment: string) => client.release(machine.id, { Comment }, context.signal);
      return requestAction(client, { machine, type: 'Unisolate', verb: 'release', comment, queue }, context);
    },
  });
}
