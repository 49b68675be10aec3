// Cuts a machine off from the network, except from Defender itself.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { DefenderClient } from './client.ts';
import { requestAction } from './request-action.ts';
import { resolveMachine } from './resolve-machine.ts';
import { IsolateMachineInput, MachineActionOutput } from './schemas.ts';

export function isolateMachine(defender: Lazy<DefenderClient>): Action {
  return defineAction({
    name: 'defender.isolate_machine',
    description: 'Isolates a machine from the network with Defender for Endpoint.',
    effect: 'destructive',
    input: IsolateMachineInput,
    output: MachineActionOutput,
    describe: ({ host, type }) =>
      `Isolate the machine ${displayOf(host)} from the network${type === 'Selective' ? ' (Outlook and Teams stay connected)' : ''}`,
    async run({ host, type, comment = '' }, context) {
      const client = defender();
      const machine = await resolveMachine(client, host, context.signal);
      const queue = (Comment: string) => client.isolate(machine.id, { Comment, IsolationType: type }, context.signal);
      return requestAction(client, { machine, type: 'Isolate', verb: 'isolate', comment, queue }, context);
    },
    undo: (_input, output) => (output.changed ? { action: 'defender.release_machine', with: { host: output.machine } } : null),
  });
}
