// What the actions of Entra ID take and give.
import { z } from 'zod';
import { AccountInput } from '../inputs.ts';

export const UserInput = z.object({ user: AccountInput });

export const UserOutput = z.object({
  id: z.string().describe('Object id'),
  upn: z.string(),
  display_name: z.string(),
  mail: z.string(),
  enabled: z.boolean(),
  synced: z.boolean().describe('Comes from an on-premises directory, whose next synchronisation may undo a change made here'),
  guest: z.boolean(),
});

export const SwitchedUserOutput = UserOutput.extend({
  before: z.enum(['enabled', 'disabled', 'unknown']).describe('How the account was before; unknown when an earlier call was cut off'),
});

export const RevokedOutput = UserOutput.extend({ revoked: z.boolean() });
