// The chat platforms: one line each. A platform's modules are loaded only when it is configured; they are the heaviest part of Picket.
import type { Bot, ChatPlatform, ClaimOnce } from '../model/chat.ts';
import type { Log } from '../model/log.ts';
import type { Actor, DirectoryGroups } from '../model/person.ts';
import type { Settings } from '../model/settings.ts';
import type { Store } from '../store/db.ts';
import { createKeyv } from '../store/keyv-store.ts';

export interface PlatformSettings {
  readonly settings: Settings;
  readonly bot: Bot;
  readonly claim: ClaimOnce;
  readonly store: Store;
  /** Seals what platforms keep. */
  readonly sealKey: string;
  /** The sandbox's page and mailbox, '' without one. */
  readonly sandboxUrl: string;
  readonly log: Log;
}

export interface Platforms {
  readonly all: readonly ChatPlatform[];
  /** The address a platform holds for an account, '' when it has none. */
  emailOf(actor: Actor): Promise<string>;
  /** Whether an account is in a group of its platform's directory; false for directories that are not connected. */
  readonly groups: DirectoryGroups;
  /** The console's address once it listens, '' when there is none. */
  consoleUrl(): string;
}

export async function loadPlatforms(given: PlatformSettings): Promise<Platforms> {
  const { settings, bot, store, log } = given;
  const slack = settings.slack === null ? null : await openSlack(given, settings.slack);
  const teams = settings.teams === null ? null : await openTeams(given, settings.teams);
  const console =
    settings.mode === 'sandbox'
      ? (await import('./console/console.ts')).createConsole({
          store,
          bot,
          people: settings.people,
          channels: settings.channels.map((channel) => channel.name),
          sandboxUrl: given.sandboxUrl,
          port: settings.consolePort,
          log: log.child({ platform: 'console' }),
        })
      : null;
  return {
    all: [slack, teams, console].filter((platform) => platform !== null),
    emailOf: async (actor) => {
      if (actor.platform === 'slack' && slack !== null) return slack.emailOf(actor);
      if (actor.platform === 'teams' && teams !== null) return teams.emailOf(actor);
      return '';
    },
    groups: {
      isMember: async (group, actor) => (group.startsWith('slack:') && slack !== null ? slack.groups.isMember(group, actor) : false),
    },
    consoleUrl: () => console?.url ?? '',
  };
}

async function openSlack({ settings, bot, claim, store, sealKey, log }: PlatformSettings, slack: NonNullable<Settings['slack']>) {
  const { createSlack } = await import('./slack/slack.ts');
  return createSlack({
    settings: slack,
    bot,
    claim,
    installations: createKeyv<string>(store, 'slack', log),
    sealKey,
    publicUrl: settings.publicUrl,
    log: log.child({ platform: 'slack' }),
  });
}

async function openTeams({ bot, claim, store, log }: PlatformSettings, teams: NonNullable<Settings['teams']>) {
  const { createTeams } = await import('./teams/teams.ts');
  return createTeams({
    settings: teams,
    bot,
    claim,
    conversations: createKeyv<string>(store, 'teams', log),
    log: log.child({ platform: 'teams' }),
  });
}
