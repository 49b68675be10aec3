// What the actions of Entra ID have in common: the answer, and the words for a refusal that has one usual reason.
import { ActionError } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import type { EntraClient, User } from './client.ts';

export function userOutput(user: User) {
  return {
    id: user.id,
    upn: user.userPrincipalName,
    display_name: user.displayName,
    mail: user.mail,
    enabled: user.accountEnabled,
    synced: user.onPremisesSyncEnabled,
    guest: user.userType.toLowerCase() === 'guest',
  };
}

/** Sets accountEnabled and reads it back: the answer 204 alone is no proof. */
export async function switchUser(entra: EntraClient, user: User, to: { readonly enabled: boolean }, signal: AbortSignal): Promise<User> {
  const verb = to.enabled ? 'enable' : 'disable';
  try {
    await entra.setEnabled(user.id, to, signal);
  } catch (error) {
    throw forbidden(error, `${verb} ${user.userPrincipalName}`);
  }
  const after = await entra.get(user.id, signal);
  if (after.accountEnabled === to.enabled) return after;
  throw new ActionError(
    `Entra ID accepted to ${verb} ${user.userPrincipalName}, but still shows the account as it was. It may take a moment: try again.`,
    {
      connector: 'entra',
      retryable: true,
      retryAfterMs: 5000,
    },
  );
}

/** 403 for one user while others work means an administrator: applications may change those only with a directory role of their own. */
export function forbidden(error: unknown, what: string): unknown {
  if (!(error instanceof CallError) || error.status !== 403) return error;
  return new ActionError(
    `Entra ID does not allow Picket to ${what} (403). Users with administrator roles can only be changed by an application that holds a higher directory role ` +
      '(Privileged Authentication Administrator); for others the application lacks User.EnableDisableAccount.All or User.RevokeSessions.All. Nothing was changed: do it in the portal.',
    { connector: 'entra', cause: error },
  );
}
