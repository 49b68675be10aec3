// Finds the one user meant by a UPN, mail address, object id, SID or name.
import { type Action, defineAction } from '../../model/action.ts';
import { displayOf } from '../inputs.ts';
import type { Lazy } from '../lazy.ts';
import type { EntraClient } from './client.ts';
import { resolveUser } from './find-users.ts';
import { UserInput, UserOutput } from './schemas.ts';
import { userOutput } from './shared.ts';

export function resolveUserAction(entra: Lazy<EntraClient>): Action {
  return defineAction({
    name: 'entra.resolve_user',
    description: 'Finds the one user meant by a UPN, mail address, object id, SID or name in Entra ID.',
    effect: 'read',
    input: UserInput,
    output: UserOutput,
    describe: ({ user }) => `Look up ${displayOf(user)} in Entra ID`,
    run: async ({ user }, { signal }) => userOutput(await resolveUser(entra(), user, signal)),
  });
}
