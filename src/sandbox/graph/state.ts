// What the stand-in of Microsoft Graph remembers: the users of one directory.
import { z } from 'zod';

export const User = z.object({
  id: z.string(),
  userPrincipalName: z.string(),
  displayName: z.string(),
  givenName: z.string(),
  surname: z.string(),
  mail: z.string().nullable(),
  jobTitle: z.string().nullable(),
  department: z.string().nullable(),
  mobilePhone: z.string().nullable(),
  officeLocation: z.string().nullable(),
  preferredLanguage: z.string().nullable(),
  usageLocation: z.string().nullable(),
  businessPhones: z.array(z.string()),
  proxyAddresses: z.array(z.string()),
  accountEnabled: z.boolean(),
  userType: z.enum(['Member', 'Guest']),
  onPremisesSyncEnabled: z.boolean().nullable(),
  onPremisesSecurityIdentifier: z.string().nullable(),
  createdDateTime: z.string(),
  signInSessionsValidFromDateTime: z.string(),
});
export type User = z.infer<typeof User>;

/** What is known beside the user object itself and never part of its answers. */
const UserFacts = z.object({
  /** Holds a directory role: an application without a higher one may not change the account. */
  administrator: z.boolean(),
  managerId: z.string().nullable(),
  groups: z.array(z.object({ id: z.string(), displayName: z.string() })),
  risk: z.object({ level: z.enum(['none', 'low', 'medium', 'high']), state: z.string(), detail: z.string(), updated: z.string() }),
});

export const GraphState = z.object({
  users: z.array(z.object({ user: User, facts: UserFacts })),
  /** ms since the epoch of the last call to identityProtection, for its limit of one a second. */
  lastRiskCall: z.number(),
});
export type GraphState = z.infer<typeof GraphState>;
export type Account = GraphState['users'][number];
