// Who a verified activity speaks of. The roster says whether they are a member or a guest; whoever is not in it counts as external
// and decides nothing.
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Actor } from '../../model/person.ts';
import type { Seam } from './adapter.ts';
import type { TeamsActivity } from './payloads.ts';
import { baseOf, tenantOf } from './places.ts';
import type { KeyValue, References } from './references.ts';
import { repeatRead } from './repeat.ts';

export interface People {
  actor(activity: TeamsActivity): Promise<Actor>;
  /** The address the roster holds for a member, '' for guests, foreign tenants and whoever is unknown. Lower case. */
  emailOf(actor: Actor): Promise<string>;
}

interface PeopleOptions {
  readonly seam: Seam;
  readonly values: KeyValue;
  readonly references: References;
  readonly log: Log;
}

/** A guest made a member, or a member made a guest, is seen as such after this time. */
const KEEP_MS = 5 * 60_000;

const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
const Member = z.object({
  aadObjectId: text,
  objectId: text,
  name: text,
  email: text,
  userPrincipalName: text,
  tenantId: text,
  userRole: text,
});
type Member = z.infer<typeof Member>;

const Profile = z.object({ tenant: z.string(), display: z.string(), external: z.boolean(), email: z.string() });
type Profile = z.infer<typeof Profile>;

/** Where to ask for somebody, and by which id. */
interface Sighting {
  readonly tenant: string;
  readonly user: string;
  readonly conversation: string;
  readonly member: string;
  readonly serviceUrl: string;
}

export function createPeople({ seam, values, references, log }: PeopleOptions): People {
  async function kept(tenant: string, user: string): Promise<Profile | null> {
    const found = await values.get(profileKey(tenant, user));
    return typeof found === 'string' ? (Profile.safeParse(JSON.parse(found)).data ?? null) : null;
  }

  async function lookUp({ tenant, user, conversation, member, serviceUrl }: Sighting): Promise<Profile | null> {
    const known = await kept(tenant, user);
    if (known !== null) return known;
    try {
      const connector = await seam.connectorAt(serviceUrl);
      const entry = await repeatRead(() => connector.member(conversation, member));
      const profile = profileOf(Member.parse(entry), { tenant, user });
      await values.set(profileKey(tenant, user), JSON.stringify(profile), KEEP_MS);
      return profile;
    } catch (error) {
      log.warn('Teams user not found in the roster: counted as external', { tenant, user, reason: messageOf(error) });
      return null;
    }
  }

  return {
    async actor(activity) {
      const { from, conversation, channelData, serviceUrl } = activity;
      const tenant = tenantOf(activity);
      const user = from.aadObjectId;
      const stranger = { platform: 'teams', tenant, user: user || from.id, display: from.name, external: true } as const;
      // Only people of the directory have an object id; bots and anonymous guests of a meeting have none.
      if (user === '' || from.role === 'bot' || from.role === 'skill') return stranger;
      const roster = channelData.team || baseOf(conversation.id);
      const profile = await lookUp({ tenant, user, conversation: roster, member: from.id, serviceUrl });
      if (profile === null) return stranger;
      // In a shared channel the two tenants differ for people of other organisations.
      const isForeign = channelData.tenant !== '' && channelData.tenant !== tenant;
      return {
        platform: 'teams',
        tenant: isForeign ? channelData.tenant : profile.tenant,
        user,
        display: profile.display || from.name,
        external: profile.external || isForeign,
      };
    },
    async emailOf({ platform, tenant, user }) {
      if (platform !== 'teams') return '';
      const chat = await references.chatWith(tenant, user);
      const profile =
        chat === null
          ? await kept(tenant, user)
          : await lookUp({ tenant, user, conversation: chat.conversation, member: user, serviceUrl: chat.serviceUrl });
      return profile === null || profile.external ? '' : profile.email;
    },
  };
}

function profileOf(member: Member, claimed: { readonly tenant: string; readonly user: string }): Profile {
  const tenant = member.tenantId.toLowerCase() || claimed.tenant;
  const isSame = (member.aadObjectId || member.objectId).toLowerCase() === claimed.user;
  // Documented values are user, guest and anonymous; a guest's principal name says so as well.
  const isMember = member.userRole.toLowerCase() === 'user' && !/#ext#/i.test(member.userPrincipalName);
  return {
    tenant,
    display: member.name,
    external: !isSame || !isMember || tenant !== claimed.tenant,
    email: (member.email || member.userPrincipalName).toLowerCase(),
  };
}

const profileKey = (tenant: string, user: string): string => `teams:member:${tenant}:${user}`;
