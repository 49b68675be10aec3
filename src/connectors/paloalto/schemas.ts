// What the actions of the Palo Alto firewall take and give.
import { z } from 'zod';
import { IpInput } from '../inputs.ts';

export const BlockIpInput = z.object({
  ip: IpInput,
  timeout_seconds: z
    .int()
    .min(60)
    .max(2_592_000)
    .optional()
    .describe('The firewall forgets the block after this time (60 s to 30 days); left out: until unblocked'),
});

export const UnblockIpInput = z.object({ ip: IpInput });

export const TaggedIpOutput = z.object({
  ip: z.string(),
  tag: z.string(),
  changed: z.boolean().describe('False when the firewall had it so already'),
  expires_at: z.string().describe('When the firewall forgets the block by itself; empty for never'),
});
