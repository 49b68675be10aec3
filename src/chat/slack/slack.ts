// Slack as a chat platform: Bolt behind the shared port, or over a socket. Load it with `await import()`: Bolt is heavy.
import { App, type CodedError, type Receiver } from '@slack/bolt';
import type { Bot, ChatPlatform, ClaimOnce } from '../../model/chat.ts';
import { ConfigError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Actor, DirectoryGroups } from '../../model/person.ts';
import type { SlackSettings } from '../../model/settings.ts';
import { createAnswers } from './answers.ts';
import { boltLogger } from './bolt-log.ts';
import { createDirectMessages } from './direct-messages.ts';
import { eventsRoute } from './events-route.ts';
import { installRoutes } from './install-routes.ts';
import { createIntake } from './intake.ts';
import { listen } from './listeners.ts';
import { originOf } from './payloads.ts';
import { createPeople } from './people.ts';
import { slackPort } from './port.ts';
import { forgetRemoved } from './removals.ts';
import { createSeal, createSealedStore, type KeyValue } from './sealed-store.ts';
import { openSocket } from './socket.ts';
import { slackUserGroups } from './user-groups.ts';
import { clientOptions, guardedFetch } from './web-clients.ts';
import { installedWorkspaces, singleWorkspace, type Workspace, type Workspaces } from './workspaces.ts';

export interface SlackOptions {
  readonly settings: SlackSettings;
  readonly bot: Bot;
  readonly claim: ClaimOnce;
  /** Keeps installations and profiles, sealed; Keyv fits. */
  readonly installations: KeyValue;
  /** Any text with 128 bits of chance in it; another one makes every installation unreadable. */
  readonly sealKey: string;
  /** Where people and Slack reach this process, without trailing slash. */
  readonly publicUrl: string;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

export interface SlackPlatform extends ChatPlatform {
  /** Team id of the workspace that the bot token belongs to; '' with OAuth, or while Slack cannot be reached. */
  teamId(): Promise<string>;
  /** The address Slack holds for this member, lower case; '' when unknown, external or unconfirmed. It binds only where SSO manages addresses. */
  emailOf(actor: Actor): Promise<string>;
  /** Members of Slack user groups, for roles like `slack:T01/S012`. */
  readonly groups: DirectoryGroups;
}

/** Bolt is given deliveries by the intake; it listens to nothing itself. */
const NO_RECEIVER: Receiver = { init: () => undefined, start: async () => undefined, stop: async () => undefined };
const SETTLE_MS = 5_000;

export async function createSlack(options: SlackOptions): Promise<SlackPlatform> {
  const { settings, bot, claim, log, publicUrl, now = Date.now } = options;
  checkSettings(settings);
  const logger = boltLogger(log);
  const web = clientOptions(settings.apiUrl, logger);
  const seal = createSeal(options.sealKey);
  const store = createSealedStore(options.installations, seal);
  const installed = installedWorkspaces(store, web);
  const workspaces = settings.botToken === '' ? installed : singleWorkspace({ token: settings.botToken, options: web, log });
  const workspaceOf = (payload: unknown): Promise<Workspace> => servedWorkspace(workspaces, payload);
  const answers = createAnswers(guardedFetch(settings.apiUrl), log);
  const people = createPeople({ store, workspaces, log });
  const direct = createDirectMessages(store);

  const app = new App({
    receiver: NO_RECEIVER,
    convoStore: false,
    logger,
    clientOptions: web,
    extendedErrorHandler: true,
    authorize: async (_source, payload) => {
      const { teamId, enterpriseId, botId, botUserId } = await workspaceOf(payload);
      return { teamId, botId, botUserId, ...(enterpriseId === '' ? {} : { enterpriseId }) };
    },
  });
  app.error(async ({ error, body }: { error: CodedError; body: unknown }) => {
    if (error.code !== 'slack_bolt_authorization_error') throw error;
    log.warn('Slack delivery for a workspace that is not served', { reason: messageOf(error) });
    const { responseUrl } = originOf(body);
    if (responseUrl !== '') await answers.say(responseUrl, `Picket cannot answer in this workspace: ${messageOf(error)}`);
  });
  listen(app, { bot, people, answers, direct, workspaceOf, log });
  forgetRemoved(app, workspaces, log);

  const intake = createIntake(app, claim);
  const socket = settings.appToken === '' ? null : openSocket({ appToken: settings.appToken, intake, clientOptions: web, logger, log });
  const events = socket === null ? [eventsRoute({ signingSecret: settings.signingSecret, intake, log, now })] : [];
  const oauth =
    settings.clientId === '' ? [] : installRoutes({ settings, publicUrl, seal, claim, save: installed.save, clientOptions: web, logger });

  return {
    port: slackPort(workspaces, direct),
    routes: [...events, ...oauth],
    async start() {
      await greet(workspaces, log);
      await socket?.start();
    },
    async stop() {
      await socket?.stop();
      await intake.settle(SETTLE_MS);
    },
    teamId: async () => (await greet(workspaces, log))?.teamId ?? '',
    emailOf: people.emailOf,
    groups: slackUserGroups(workspaces, store),
  };
}

function checkSettings({ signingSecret, botToken, appToken, clientId, clientSecret }: SlackSettings): void {
  if (appToken === '' && signingSecret === '') {
    throw new ConfigError(
      'SLACK_SIGNING_SECRET is empty: copy it from Basic Information > App Credentials, or set SLACK_APP_TOKEN for Socket Mode',
    );
  }
  if (botToken === '' && clientId === '') {
    throw new ConfigError('SLACK_BOT_TOKEN is empty: copy it from Settings > Install App, or set SLACK_CLIENT_ID to install by OAuth');
  }
  if (clientId !== '' && clientSecret === '') {
    throw new ConfigError('SLACK_CLIENT_SECRET is empty: copy it from Basic Information > App Credentials');
  }
}

/** Asks Slack who the token is. A refused token stops the start; Slack being away does not: it is asked again when needed. */
async function greet(workspaces: Workspaces, log: Log): Promise<Workspace | null> {
  try {
    return await workspaces.home();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    log.warn('Slack cannot be reached yet', { reason: messageOf(error) });
    return null;
  }
}

async function servedWorkspace(workspaces: Workspaces, payload: unknown): Promise<Workspace> {
  const home = await workspaces.home();
  if (home !== null) return home;
  const { teamIds, enterpriseId } = originOf(payload);
  for (const teamId of teamIds) {
    const found = await workspaces.find({ teamId, enterpriseId });
    if (found !== null) return found;
  }
  throw new Error(`it is not installed in ${teamIds.join(' or ') || 'this workspace'}: an owner can add it at /slack/install`);
}
