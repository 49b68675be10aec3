// Ends all sessions of a user: refresh tokens stop working within minutes. It does nothing for guests, whose sessions their own tenant holds.
import { type Action, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { EntraClient } from './client.ts';
import { resolveUser } from './find-users.ts';
import { RevokedOutput, UserInput } from './schemas.ts';
import { forbidden, userOutput } from './shared.ts';

export function revokeSessions(entra: Lazy<EntraClient>): Action {
  return defineAction({
    name: 'entra.revoke_sessions',
    description: 'Ends all sign-in sessions of a user in Entra ID; it takes a few minutes to act everywhere.',
    effect: 'destructive',
    input: UserInput,
    output: RevokedOutput,
    describe: ({ user }) => `End all sessions of ${displayOf(user)} in Entra ID`,
    async run({ user }, { signal }) {
      const found = userOutput(await resolveUser(entra(), user, signal));
      if (found.guest) {
        throw new ActionError(
          `${found.upn} is a guest: the sessions belong to the guest's own organisation and cannot be ended here. Disable the account instead.`,
          {
            connector: 'entra',
          },
        );
      }
      await entra()
        .revokeSessions(found.id, signal)
        .catch((error: unknown) => {
          throw forbidden(error, `end the sessions of ${found.upn}`);
        });
      return { ...found, revoked: true };
    },
  });
}
