// Takes the block of an address back. An address that is not blocked is no error.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import { addressOf } from './block-ip.ts';
import type { PaloAltoClient } from './client.ts';
import { TaggedIpOutput, UnblockIpInput } from './schemas.ts';

export function unblockIp(paloalto: Lazy<PaloAltoClient>): Action {
  return defineAction({
    name: 'paloalto.unblock_ip',
    description: 'Takes the block of an address on the Palo Alto firewall back.',
    effect: 'write',
    input: UnblockIpInput,
    output: TaggedIpOutput,
    describe: (input) => `Unblock ${displayOf(input.ip)} on the firewall`,
    async run(input, { signal, repeated }) {
      const ip = addressOf(input.ip);
      const { changed } = await paloalto().unregister(ip, signal);
      return { ip, tag: paloalto().tag, changed: changed || repeated, expires_at: '' };
    },
  });
}
