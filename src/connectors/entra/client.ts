// Users of Entra ID over Microsoft Graph v1.0. accountEnabled is only answered when selected, so every read selects it.
import { z } from 'zod';
import type { Log } from '../../model/log.ts';
import { createAzureClient } from '../azure/client.ts';
import type { TokenProvider } from '../azure/token.ts';
import type { Timing } from '../call.ts';
import type { Send } from '../wire.ts';

const User = z.object({
  id: z.string().min(1),
  userPrincipalName: z.string(),
  displayName: z
    .string()
    .nullish()
    .transform((name) => name ?? ''),
  mail: z
    .string()
    .nullish()
    .transform((mail) => mail ?? ''),
  accountEnabled: z.boolean(),
  onPremisesSyncEnabled: z
    .boolean()
    .nullish()
    .transform((synced) => synced === true),
  userType: z
    .string()
    .nullish()
    .transform((type) => type ?? 'Member'),
});
export type User = z.output<typeof User>;

const Users = z.object({ value: z.array(User) });
/** 200 with `{ value: true }`, documented to come as another 2xx without a body at times. */
const Revoked = z.object({ value: z.boolean() }).optional();
/** 204. A sign-in page of a proxy would be something. */
const Nothing = z.undefined();

const SELECT = '$select=id,userPrincipalName,displayName,mail,accountEnabled,onPremisesSyncEnabled,userType';

export interface EntraClient {
  /** By object id or UPN. A CallError with status 404 when there is none. */
  get(idOrUpn: string, signal: AbortSignal): Promise<User>;
  /** By an OData filter, at most 10. */
  filter(filter: string, signal: AbortSignal): Promise<readonly User[]>;
  /** Whose display name, UPN or mail starts like this, at most 10. */
  search(text: string, signal: AbortSignal): Promise<readonly User[]>;
  setEnabled(id: string, to: { readonly enabled: boolean }, signal: AbortSignal): Promise<void>;
  revokeSessions(id: string, signal: AbortSignal): Promise<void>;
}

export interface EntraClientOptions {
  readonly graphUrl: string;
  readonly tokens: TokenProvider;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
  readonly send?: Send;
}

export function createEntraClient(options: EntraClientOptions): EntraClient {
  const { graphUrl, ...rest } = options;
  const http = createAzureClient({ ...rest, connector: 'entra', system: 'Entra ID', baseUrl: graphUrl, address: 'ENTRA_GRAPH_URL' });
  return {
    async get(idOrUpn, signal) {
      return (await http.call({ method: 'GET', path: `${userPath(idOrUpn)}?${SELECT}`, answer: User, repeatable: true, signal })).body;
    },
    async filter(filter, signal) {
      const path = `/v1.0/users?$filter=${encodeURIComponent(filter)}&${SELECT}&$top=10`;
      return (await http.call({ method: 'GET', path, answer: Users, repeatable: true, signal })).body.value;
    },
    async search(text, signal) {
      // Quotes and backslashes end the phrase early; nothing a name needs.
      const phrase = text.replace(/["\\]/g, ' ').trim();
      const wanted = ['displayName', 'userPrincipalName', 'mail'].map((field) => `"${field}:${phrase}"`).join(' OR ');
      const path = `/v1.0/users?$search=${encodeURIComponent(wanted)}&$count=true&${SELECT}&$top=10`;
      // $search is refused without this header (Graph, advanced query capabilities).
      const headers = { ConsistencyLevel: 'eventual' };
      return (await http.call({ method: 'GET', path, headers, answer: Users, repeatable: true, signal })).body.value;
    },
    async setEnabled(id, { enabled }, signal) {
      await http.call({
        method: 'PATCH',
        path: userPath(id),
        json: { accountEnabled: enabled },
        answer: Nothing,
        repeatable: true,
        signal,
      });
    },
    async revokeSessions(id, signal) {
      await http.call({ method: 'POST', path: `${userPath(id)}/revokeSignInSessions`, answer: Revoked, repeatable: true, signal });
    },
  };
}

/** A UPN that begins with `$` needs the function form (Graph, Get a user). */
function userPath(idOrUpn: string): string {
  if (!idOrUpn.startsWith('$')) return `/v1.0/users/${encodeURIComponent(idOrUpn)}`;
  return `/v1.0/users('${encodeURIComponent(idOrUpn.replaceAll("'", "''"))}')`;
}
