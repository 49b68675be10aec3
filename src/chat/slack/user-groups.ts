// Members of Slack user groups, for roles that live in Slack: `slack:T01/S012`.
import { z } from 'zod';
import type { DirectoryGroups } from '../../model/person.ts';
import type { SealedStore } from './sealed-store.ts';
import type { Workspaces } from './workspaces.ts';

/** Somebody taken out of a group keeps its role for this long at most. */
const KEEP_MS = 60_000;

const Members = z.object({ users: z.array(z.string()) });

/** Throws when Slack does not tell: then nobody is known to be a member. */
export function slackUserGroups(workspaces: Workspaces, store: SealedStore): DirectoryGroups {
  async function membersOf(team: string, group: string): Promise<readonly string[]> {
    const key = `slack:group:${team}:${group}`;
    const kept = await store.get(key, Members);
    if (kept !== null) return kept.users;
    const workspace = await workspaces.find({ teamId: team, enterpriseId: '' });
    if (workspace === null) throw new Error(`Picket is not installed in the Slack workspace ${team}`);
    const members = Members.parse(await workspace.clients.reads.usergroups.users.list({ usergroup: group }));
    await store.set(key, { users: members.users }, KEEP_MS);
    return members.users;
  }

  return {
    async isMember(group, actor) {
      const [, team = '', id = ''] = /^slack:([^/]+)\/(.+)$/.exec(group) ?? [];
      if (team === '' || actor.platform !== 'slack' || actor.tenant !== team) return false;
      return (await membersOf(team, id)).includes(actor.user);
    },
  };
}
