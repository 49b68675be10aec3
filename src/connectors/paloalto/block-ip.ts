// Blocks an address by tagging it. The firewall takes it at once; with a time limit it forgets the block by itself.
import { type Action, defineAction } from '../../model/action.ts';
import { entityFromText } from '../../model/entities.ts';
import { ActionError, isRefusal } from '../../model/errors.ts';
import { displayOf, type IpInput } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import { specialUse } from '../public-address.ts';
import type { PaloAltoClient } from './client.ts';
import { BlockIpInput, TaggedIpOutput } from './schemas.ts';

export function blockIp(paloalto: Lazy<PaloAltoClient>): Action {
  return defineAction({
    name: 'paloalto.block_ip',
    description: 'Blocks an address on the Palo Alto firewall by tagging it for the dynamic address group of a deny rule.',
    effect: 'destructive',
    input: BlockIpInput,
    output: TaggedIpOutput,
    describe(input) {
      const limit = input.timeout_seconds === undefined ? '' : ` for ${inWords(input.timeout_seconds)}`;
      return `Block ${displayOf(input.ip)} on the firewall${limit}`;
    },
    refuses: (input) => whyNot(addressOf(input.ip)),
    async run(input, { signal, repeated }) {
      const ip = addressOf(input.ip);
      const reason = whyNot(ip);
      if (reason !== '') throw new ActionError(reason, { connector: 'paloalto' });
      const client = paloalto();
      const timeoutSeconds = input.timeout_seconds ?? 0;
      // Looked up before, because an attempt whose answer was lost makes the next one look like somebody else's block.
      const before = await client.isRegistered(ip, signal);
      await client.register(ip, { timeoutSeconds, signal });
      const expires_at = timeoutSeconds === 0 ? '' : new Date(Date.now() + timeoutSeconds * 1000).toISOString();
      // A tag found by a repetition was most likely set by the call that was cut off: the tag is Picket's own.
      return { ip, tag: client.tag, changed: !before || repeated, expires_at };
    },
    undo: (_input, output) => (output.changed ? { action: 'paloalto.unblock_ip', with: { ip: output.ip } } : null),
  });
}

function whyNot(ip: string): string {
  const special = specialUse(ip);
  return special === '' ? '' : `${ip} is ${special}: it is not blocked, because that could cut off your own network. Nothing was changed.`;
}

/** `7 days`, `90 minutes`: the largest unit that says it exactly. */
function inWords(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3600, 'hour'],
      [60, 'minute'],
    ] as const
  ).find(([one]) => seconds % one === 0) ?? [1, 'second'];
  const count = seconds / size;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** The one address meant, in its canonical spelling. */
export function addressOf(input: IpInput): string {
  const entity = entityFromText('ip', typeof input === 'string' ? input : input.value);
  if (isRefusal(entity)) throw new ActionError(`${entity.why} ${entity.remedy}`, { connector: 'paloalto' });
  return entity.value;
}
