// People and who they are on each platform. Identity comes from the platform's verified token, never from card data.
import type { Platform } from './place.ts';

/** Someone known by name in `picket.yaml`. */
export interface Person {
  /** Short name used in configuration and audit, e.g. `carol`. */
  readonly id: string;
  readonly name: string;
  /** '' when unknown. */
  readonly email: string;
  readonly roles: readonly string[];
}

/** Who a verified platform token says is acting. Not yet a Person. */
export interface Actor {
  readonly platform: Platform;
  /** Slack team id, Entra tenant id, `local` for the console. */
  readonly tenant: string;
  /** Slack user id, Entra object id, console person id; for e-mail links the person id the link was signed for. */
  readonly user: string;
  /** What the platform calls them; for showing only. */
  readonly display: string;
  /** Guests, external members, bots and people of foreign tenants never approve. */
  readonly external: boolean;
}

/** A role's members that live in a directory: Slack user groups or Entra groups. */
export interface DirectoryGroups {
  /** True when the person's bound identity is a member of the group (`slack:T1/S012`, `entra:<tenant>/<group id>`). */
  isMember(group: string, actor: Actor): Promise<boolean>;
}
