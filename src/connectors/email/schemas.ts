// What the e-mail action takes and gives.
import { z } from 'zod';

const address = z.email().max(320);

export const SendInput = z.object({
  to: z.union([address, z.array(address).min(1).max(50)]).describe('One address, or a list of them'),
  subject: z.string().trim().min(1).max(500),
  text: z.string().min(1).describe('Plain text; the HTML part is made from it'),
});

export const SendOutput = z.object({ message_id: z.string(), accepted: z.array(z.string()) });
