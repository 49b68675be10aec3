// Where Picket is installed: one workspace by token, or many by OAuth.
import type { WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { ChatError, ConfigError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import { slackErrorCode, toReadError } from './chat-errors.ts';
import type { SealedStore } from './sealed-store.ts';
import { type WebClients, webClients } from './web-clients.ts';

/** A workspace with Picket in it. */
export interface Workspace {
  readonly teamId: string;
  /** '' outside an Enterprise organisation. */
  readonly enterpriseId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly clients: WebClients;
}

export interface Workspaces {
  /** The one workspace when the bot token names it; null when there are many. Shared channels bring payloads of other teams: it serves them. */
  home(): Promise<Workspace | null>;
  /** The workspace with this team id, directly or through its organisation; null when Picket is not installed there. */
  find(team: { readonly teamId: string; readonly enterpriseId: string }): Promise<Workspace | null>;
  /** Forgets an installation after `app_uninstalled` or `tokens_revoked`. */
  remove(team: { readonly teamId: string; readonly enterpriseId: string }): Promise<void>;
}

/** As `find`, by the tenant of a place. Throws ChatError `unreachable` when Picket is not installed there. */
export async function workspaceOf(workspaces: Workspaces, tenant: string): Promise<Workspace> {
  const found = await workspaces.find({ teamId: tenant, enterpriseId: '' });
  if (found !== null) return found;
  const message = `Picket is not installed in the Slack workspace ${tenant || '(no team id)'}: install it there, or correct the team id in picket.yaml`;
  throw new ChatError(message, { platform: 'slack', failure: 'unreachable' });
}

const whoAmI = z.object({ team_id: z.string(), user_id: z.string(), bot_id: z.string(), enterprise_id: z.string().optional() });

/** One workspace by its token. Its team id is asked of Slack once. */
export function singleWorkspace(settings: { token: string; options: WebClientOptions; log: Log }): Workspaces {
  const clients = webClients(settings.token, settings.options);
  let known: Promise<Workspace> | null = null;

  async function ask(): Promise<Workspace> {
    try {
      const me = whoAmI.parse(await clients.reads.auth.test());
      return { teamId: me.team_id, enterpriseId: me.enterprise_id ?? '', botId: me.bot_id, botUserId: me.user_id, clients };
    } catch (error) {
      known = null; // asked again when it is needed next
      const code = slackErrorCode(error);
      if (code === 'invalid_auth' || code === 'account_inactive' || code === 'token_revoked') {
        throw new ConfigError(`SLACK_BOT_TOKEN is refused (${code}): copy the bot token from Settings > Install App`, error);
      }
      throw toReadError(error, 'auth.test');
    }
  }
  const home = (): Promise<Workspace> => {
    known ??= ask();
    return known;
  };
  return {
    home,
    async find({ teamId }) {
      const workspace = await home();
      return teamId === workspace.teamId ? workspace : null;
    },
    async remove({ teamId }) {
      settings.log.warn('the Slack app was uninstalled: install it again and give Picket the new SLACK_BOT_TOKEN', { teamId });
    },
  };
}

/** What is kept of an installation: the bot's token and who it is. */
const Installed = z.object({
  teamId: z.string(),
  enterpriseId: z.string(),
  botToken: z.string(),
  botId: z.string(),
  botUserId: z.string(),
});
export type Installed = z.infer<typeof Installed>;

/** A workspace of an organisation that installed Picket for all its workspaces. */
const OrgMember = z.object({ org: z.string() });

/** Many workspaces: installations sealed in the store, `team:<id>` or `org:<id>`. */
export function installedWorkspaces(
  store: SealedStore,
  options: WebClientOptions,
): Workspaces & { save(installed: Installed): Promise<void> } {
  // Clients are kept per token, for their connections; a reinstallation brings a new token.
  const clients = new Map<string, WebClients>();
  const clientsOf = (token: string): WebClients => {
    const made = clients.get(token) ?? webClients(token, options);
    clients.set(token, made);
    return made;
  };
  const read = (key: string): Promise<Installed | null> => store.get(key, Installed);

  return {
    home: async () => null,
    async find({ teamId, enterpriseId }) {
      const direct = teamId === '' ? null : await read(teamKey(teamId));
      if (direct !== null) return { ...direct, clients: clientsOf(direct.botToken) };
      const org = enterpriseId === '' ? ((await store.get(memberKey(teamId), OrgMember))?.org ?? '') : enterpriseId;
      const shared = org === '' ? null : await read(orgKey(org));
      if (shared === null) return null;
      // Remembered, because a place names its team alone.
      if (enterpriseId !== '' && teamId !== '') await store.set(memberKey(teamId), { org });
      return { ...shared, teamId, clients: clientsOf(shared.botToken) };
    },
    async remove({ teamId, enterpriseId }) {
      if (teamId !== '') await store.delete(teamKey(teamId));
      else if (enterpriseId !== '') await store.delete(orgKey(enterpriseId));
    },
    async save(installed) {
      await store.set(installed.teamId === '' ? orgKey(installed.enterpriseId) : teamKey(installed.teamId), installed);
    },
  };
}

const teamKey = (teamId: string): string => `slack:team:${teamId}`;
const orgKey = (enterpriseId: string): string => `slack:org:${enterpriseId}`;
const memberKey = (teamId: string): string => `slack:member:${teamId}`;
