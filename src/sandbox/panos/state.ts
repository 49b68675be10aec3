// What the stand-in of a PAN-OS firewall remembers: which tags are registered on which address, and until when.
import { z } from 'zod';

export const Registration = z.object({
  ip: z.string(),
  tag: z.string(),
  persistent: z.boolean(),
  registeredAt: z.string(),
  /** ISO time at which the firewall forgets it; '' for never. */
  expiresAt: z.string(),
});
export type Registration = z.infer<typeof Registration>;

export const PanosState = z.object({ registrations: z.array(Registration) });
export type PanosState = z.infer<typeof PanosState>;

/** What is registered now: the firewall forgets on time by itself. */
export function liveRegistrations(state: PanosState, now: Date): Registration[] {
  return state.registrations.filter(({ expiresAt }) => expiresAt === '' || Date.parse(expiresAt) > now.getTime());
}
