// Teams as a chat platform: botbuilder behind a seam on the shared port. Load it with `await import()`: botbuilder is heavy.
import type { Bot, ChatPlatform, ClaimOnce } from '../../model/chat.ts';
import { ChatError, ConfigError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Actor } from '../../model/person.ts';
import type { TeamsSettings } from '../../model/settings.ts';
import { type AccessTokens, createAccessTokens } from './access-token.ts';
import { createIntake } from './activities.ts';
import { createSeam } from './adapter.ts';
import { createAnswers } from './answers.ts';
import { TeamsAuthentication } from './authentication.ts';
import { createClicks } from './clicks.ts';
import { createDirectChats } from './direct-chats.ts';
import { endpointsOf } from './endpoints.ts';
import { messagesRoute } from './messages-route.ts';
import { createPeople } from './people.ts';
import { teamsPort } from './port.ts';
import { createReferences, type KeyValue } from './references.ts';
import { createTokenCheck } from './token-check.ts';
import { createUnderWay } from './under-way.ts';

export interface TeamsOptions {
  readonly settings: TeamsSettings;
  readonly bot: Bot;
  readonly claim: ClaimOnce;
  /** Keeps conversation references and profiles; Keyv fits. */
  readonly conversations: KeyValue;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface TeamsPlatform extends ChatPlatform {
  /** The address the roster holds for this member, lower case; '' when unknown or external. It binds only where SSO manages addresses. */
  emailOf(actor: Actor): Promise<string>;
}

const SETTLE_MS = 5_000;

export async function createTeams(options: TeamsOptions): Promise<TeamsPlatform> {
  const { settings, bot, claim, conversations, log, now = Date.now } = options;
  checkSettings(settings);
  const { appId, appPassword } = settings;
  const endpoints = endpointsOf(settings);
  const tokens = createAccessTokens({ loginUrl: endpoints.loginUrl, appId, appPassword, now });
  const tokenCheck = createTokenCheck({ openIdMetadataUrl: endpoints.openIdMetadataUrl, appId, now });
  const authentication = new TeamsAuthentication({ settings, endpoints, tokenCheck, tokens, log });
  const seam = createSeam({ authentication, appId, tokens, now });
  const references = createReferences(conversations, endpoints);
  const people = createPeople({ seam, values: conversations, references, log });
  const direct = createDirectChats(seam, references);
  const answers = createAnswers({ seam, direct, log });
  const underWay = createUnderWay();
  const clicks = createClicks({ bot, claim, people, answers, references, underWay, log });
  const intake = createIntake({ bot, claim, people, answers, clicks, references, underWay, log });

  return {
    port: teamsPort({ seam, references, direct }),
    routes: [messagesRoute({ seam, intake, log })],
    start: async () => greet(tokens, log),
    stop: async () => underWay.settle(SETTLE_MS),
    emailOf: people.emailOf,
  };
}

/** Asks for a token. A refused password stops the start; the network being away does not: it is asked again when needed. */
async function greet(tokens: AccessTokens, log: Log): Promise<void> {
  try {
    await tokens.get();
  } catch (error) {
    if (error instanceof ChatError && error.failure === 'unreachable') throw new ConfigError(error.message, error);
    log.warn('Teams cannot be reached yet', { reason: messageOf(error) });
  }
}

/** Without an app id botbuilder would take anybody's word. */
function checkSettings({ appId, appPassword, appTenant, tenants, serviceHosts }: TeamsSettings): void {
  if (appId === '') throw new ConfigError('TEAMS_APP_ID is empty: copy the Microsoft App ID from the Azure Bot > Configuration');
  if (appPassword === '')
    throw new ConfigError('TEAMS_APP_PASSWORD is empty: make a client secret at the app registration > Certificates & secrets');
  if (appTenant === '') throw new ConfigError('TEAMS_APP_TENANT is empty: copy the App Tenant ID from the Azure Bot > Configuration');
  if (tenants.length === 0) throw new ConfigError('TEAMS_TENANTS names no tenant: nobody could talk to the bot');
  if (serviceHosts.length === 0) throw new ConfigError('TEAMS_SERVICE_HOSTS names no host: smba.trafficmanager.net is the public cloud');
}
