// Enables an account again.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { EntraClient } from './client.ts';
import { resolveUser } from './find-users.ts';
import { SwitchedUserOutput, UserInput } from './schemas.ts';
import { switchUser, userOutput } from './shared.ts';

export function enableUser(entra: Lazy<EntraClient>): Action {
  return defineAction({
    name: 'entra.enable_user',
    description: 'Enables a disabled account in Entra ID.',
    effect: 'write',
    input: UserInput,
    output: SwitchedUserOutput,
    describe: ({ user }) => `Enable the account ${displayOf(user)} in Entra ID`,
    async run({ user }, { signal, repeated }) {
      const before = await resolveUser(entra(), user, signal);
      if (before.accountEnabled) return { ...userOutput(before), before: repeated ? ('unknown' as const) : ('enabled' as const) };
      return { ...userOutput(await switchUser(entra(), before, { enabled: true }, signal)), before: 'disabled' as const };
    },
  });
}
