// Who a verified payload speaks of. Slack's own record of the user says whether they are a member, a guest or a stranger;
// whoever cannot be looked up counts as external and decides nothing.
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Actor } from '../../model/person.ts';
import type { SealedStore } from './sealed-store.ts';
import type { Workspace, Workspaces } from './workspaces.ts';

/** A user as a payload names them. `team` is the user's own team, which in shared channels is not the workspace's. */
export interface PayloadUser {
  readonly team: string;
  readonly user: string;
  readonly display: string;
}

export interface People {
  actor(workspace: Workspace, user: PayloadUser): Promise<Actor>;
  /** The address Slack holds for a member, '' for guests, strangers, unconfirmed addresses and whoever is unknown. Lower case. */
  emailOf(actor: Actor): Promise<string>;
}

/** A guest made a member, or a member made a guest, is seen as such after this time. */
const KEEP_MS = 5 * 60_000;

const SlackUser = z.object({
  id: z.string(),
  team_id: z.string(),
  deleted: z.boolean().default(false),
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  is_stranger: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  is_workflow_bot: z.boolean().default(false),
  is_connector_bot: z.boolean().default(false),
  is_invited_user: z.boolean().default(false),
  is_email_confirmed: z.boolean().default(true),
  enterprise_user: z.object({ enterprise_id: z.string().default('') }).optional(),
  real_name: z.string().default(''),
  profile: z.object({ display_name: z.string().default(''), real_name: z.string().default(''), email: z.string().default('') }),
});
type SlackUser = z.infer<typeof SlackUser>;

const Profile = z.object({ tenant: z.string(), display: z.string(), external: z.boolean(), email: z.string() });
type Profile = z.infer<typeof Profile>;

export function createPeople(options: { store: SealedStore; workspaces: Workspaces; log: Log }): People {
  const { store, workspaces, log } = options;

  async function lookUp(workspace: Workspace, user: string): Promise<Profile | null> {
    const key = `slack:user:${workspace.teamId}:${user}`;
    const kept = await store.get(key, Profile);
    if (kept !== null) return kept;
    try {
      const answer = await workspace.clients.reads.users.info({ user });
      const profile = profileOf(SlackUser.parse(answer.user), workspace);
      await store.set(key, profile, KEEP_MS);
      return profile;
    } catch (error) {
      log.warn('Slack user not found: counted as external', { team: workspace.teamId, user, reason: messageOf(error) });
      return null;
    }
  }

  return {
    async actor(workspace, { team, user, display }) {
      const profile = await lookUp(workspace, user);
      if (profile === null) return { platform: 'slack', tenant: team, user, display, external: true };
      return { platform: 'slack', tenant: profile.tenant, user, display: profile.display || display, external: profile.external };
    },
    async emailOf(actor) {
      if (actor.platform !== 'slack') return '';
      const workspace = await workspaces.find({ teamId: actor.tenant, enterpriseId: '' });
      const profile = workspace === null ? null : await lookUp(workspace, actor.user);
      return profile === null || profile.external ? '' : profile.email;
    },
  };
}

function profileOf(user: SlackUser, workspace: Workspace): Profile {
  const enterprise = user.enterprise_user?.enterprise_id ?? '';
  const isOurs = user.team_id === workspace.teamId || (workspace.enterpriseId !== '' && enterprise === workspace.enterpriseId);
  const isBot = user.is_bot || user.is_workflow_bot || user.is_connector_bot || user.id === 'USLACKBOT';
  const isGuest = user.is_restricted || user.is_ultra_restricted || user.is_stranger || user.is_invited_user;
  return {
    // Members of an organisation may have another home workspace: they act in this one.
    tenant: isOurs ? workspace.teamId : user.team_id,
    display: user.profile.display_name || user.profile.real_name || user.real_name,
    external: !isOurs || isBot || isGuest || user.deleted,
    email: user.is_email_confirmed ? user.profile.email.toLowerCase() : '',
  };
}
