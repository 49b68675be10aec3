// Everything the outside systems hold, as one value that can be written to a file.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { seedDefender } from './defender/seed.ts';
import { DefenderState } from './defender/state.ts';
import { seedGraph } from './graph/seed.ts';
import { GraphState } from './graph/state.ts';
import { MailState } from './mail/state.ts';
import { PanosState } from './panos/state.ts';
import { seedSentinel } from './sentinel/seed.ts';
import { SentinelState } from './sentinel/state.ts';
import { ServiceNowState } from './servicenow/state.ts';

export const World = z.object({
  /** Signs access tokens. */
  tokenKey: z.string(),
  graph: GraphState,
  sentinel: SentinelState,
  servicenow: ServiceNowState,
  panos: PanosState,
  defender: DefenderState,
  mail: MailState,
});
export type World = z.infer<typeof World>;

/** The world before anything happened. */
export function seedWorld(now: Date): World {
  return {
    tokenKey: randomBytes(32).toString('hex'),
    graph: seedGraph(),
    sentinel: seedSentinel(now),
    servicenow: { incidents: [], journal: [], nextNumber: 10_001 },
    panos: { registrations: [] },
    defender: seedDefender(now),
    mail: { mails: [] },
  };
}
