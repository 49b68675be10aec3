// Disables an account. How it was before decides whether there is anything to take back.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { EntraClient } from './client.ts';
import { resolveUser } from './find-users.ts';
import { SwitchedUserOutput, UserInput } from './schemas.ts';
import { switchUser, userOutput } from './shared.ts';

export function disableUser(entra: Lazy<EntraClient>): Action {
  return defineAction({
    name: 'entra.disable_user',
    description: 'Disables an account in Entra ID, so that nobody can sign in with it. Sessions that are open stay so until revoked.',
    effect: 'destructive',
    input: UserInput,
    output: SwitchedUserOutput,
    describe: ({ user }) => `Disable the account ${displayOf(user)} in Entra ID`,
    async run({ user }, { signal, repeated, log }) {
      const before = await resolveUser(entra(), user, signal);
      if (!before.accountEnabled) {
        // Disabled already: by somebody else, or by an earlier call of this step that was cut off. Which of them cannot be seen.
        return { ...userOutput(before), before: repeated ? ('unknown' as const) : ('disabled' as const) };
      }
      if (before.onPremisesSyncEnabled)
        log.warn('account is synchronised, the next synchronisation may enable it again', { user: before.id });
      return { ...userOutput(await switchUser(entra(), before, { enabled: false }, signal)), before: 'enabled' as const };
    },
    // Access is given back only where it is certain that this step took it.
    undo: (_input, output) => (output.before === 'enabled' ? { action: 'entra.enable_user', with: { user: output.id } } : null),
  });
}
