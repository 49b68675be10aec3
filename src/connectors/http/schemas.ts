// What the generic HTTP action takes and gives.
import { z } from 'zod';

export const RequestInput = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  url: z
    .url({ protocol: /^https?$/ })
    .max(4000)
    .describe('Only hosts that picket.yaml allows'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.json().optional().describe('Sent as JSON'),
  repeatable: z
    .boolean()
    .default(false)
    .describe('A POST or PATCH that was cut off may be sent again: the receiver takes each Idempotency-Key once'),
});

export const RequestOutput = z.object({
  status: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.json().describe('The answer: parsed when it is JSON, else its text'),
});
