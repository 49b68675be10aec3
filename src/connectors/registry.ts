// Every action there is. All are always listed, so that a playbook can be checked and a person can see what is missing;
// clients are built when first used. A new connector is one folder and one line here.
import { readFileSync } from 'node:fs';
import type { Action, ActionCatalogue } from '../model/action.ts';
import type { ChatOutbox } from '../model/chat.ts';
import { ActionError } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { ConnectorSettings } from '../model/settings.ts';
import { createTokenProvider } from './azure/token.ts';
import type { Timing } from './call.ts';
import { chatActions } from './chat/actions.ts';
import { createDefenderClient } from './defender/client.ts';
import { findMachine } from './defender/find-machine.ts';
import { isolateMachine } from './defender/isolate-machine.ts';
import { releaseMachine } from './defender/release-machine.ts';
import { createMailer, type Mailer } from './email/mailer.ts';
import { send } from './email/send.ts';
import { createEntraClient } from './entra/client.ts';
import { disableUser } from './entra/disable-user.ts';
import { enableUser } from './entra/enable-user.ts';
import { type FoundUsers, findUsers } from './entra/find-users.ts';
import { resolveUserAction } from './entra/resolve-user.ts';
import { revokeSessions } from './entra/revoke-sessions.ts';
import { request } from './http/request.ts';
import { type Lazy, lazily, missing } from './lazy.ts';
import { blockIp } from './paloalto/block-ip.ts';
import { createPaloAltoClient } from './paloalto/client.ts';
import { unblockIp } from './paloalto/unblock-ip.ts';
import { addComment } from './sentinel/add-comment.ts';
import { addTags } from './sentinel/add-tags.ts';
import { assignIncident } from './sentinel/assign-incident.ts';
import { createSentinelClient, type SentinelClient } from './sentinel/client.ts';
import { closeIncident } from './sentinel/close-incident.ts';
import { getIncident } from './sentinel/get-incident.ts';
import { removeTags } from './sentinel/remove-tags.ts';
import { updateIncident } from './sentinel/update-incident.ts';
import { createServiceNowClient } from './servicenow/client.ts';
import { closeIncident as closeTicket } from './servicenow/close-incident.ts';
import { comment } from './servicenow/comment.ts';
import { createIncident } from './servicenow/create-incident.ts';
import { updateIncident as updateTicket } from './servicenow/update-incident.ts';
import { sendByNode } from './wire.ts';

/** The actions, and what other rooms ask of the same clients. */
export interface Catalogue extends ActionCatalogue {
  /** Users a text names, and those it could mean. Throws ActionError, also when Entra ID is not configured. */
  findUsers(text: string, signal: AbortSignal): Promise<FoundUsers>;
  /** For approval mails; null when e-mail is not configured. */
  readonly mailer: Mailer | null;
  /** Reads incidents for polls and for triggers that tell too little; null when Sentinel is not configured. */
  readonly sentinel: Pick<SentinelClient, 'readWhole' | 'changedSince'> | null;
}

export interface CatalogueOptions {
  readonly settings: ConnectorSettings;
  readonly chat: ChatOutbox;
  readonly log: Log;
  /** Overrides of the defaults in `http-client.ts`, for tests. */
  readonly timing?: Partial<Timing>;
}

export async function createCatalogue({ settings, chat, log, timing = {} }: CatalogueOptions): Promise<Catalogue> {
  const reasons = unavailableConnectors(settings);
  const reasonOf = (connector: string): string => reasons.get(connector) ?? '';
  /** A client when everything it needs is configured. */
  const client = <T>(connector: string, build: () => T): Lazy<T> =>
    reasonOf(connector) === '' ? lazily(build) : missing(connector, reasonOf(connector));
  const tokens = client('azure', () => createTokenProvider(need(settings.azure), { log, timing }));

  const sentinel = client('sentinel', () => createSentinelClient({ settings: need(settings.sentinel), tokens: tokens(), log, timing }));
  const entra = client('entra', () => createEntraClient({ graphUrl: need(settings.entra).graphUrl, tokens: tokens(), log, timing }));
  const defender = client('defender', () =>
    createDefenderClient({ baseUrl: need(settings.defender).baseUrl, tokens: tokens(), log, timing }),
  );
  const servicenow = client('servicenow', () => createServiceNowClient({ settings: need(settings.servicenow), log, timing }));
  const paloalto = client('paloalto', () =>
    createPaloAltoClient({ settings: need(settings.paloalto), log, timing, ...trust(need(settings.paloalto).caFile) }),
  );
  const mailer = client('email', () => createMailer(need(settings.email), log, timing));

  const actions: readonly Action[] = [
    ...[getIncident, updateIncident, closeIncident, addComment, assignIncident, addTags, removeTags].map((define) => define(sentinel)),
    ...[resolveUserAction, disableUser, enableUser, revokeSessions].map((define) => define(entra)),
    ...[createIncident, updateTicket, comment, closeTicket].map((define) => define(servicenow)),
    ...[blockIp, unblockIp].map((define) => define(paloalto)),
    ...[findMachine, isolateMachine, releaseMachine].map((define) => define(defender)),
    send(mailer),
    ...chatActions(chat),
    request({ settings: settings.http, log, timing }),
  ];
  const byName = new Map(actions.map((action) => [action.name, action]));

  return {
    get: (name) => byName.get(name),
    list: () => actions,
    unavailable: (name) => reasonOf(name.split('.')[0] ?? ''),
    findUsers: async (text, signal) => findUsers(entra(), text, signal),
    mailer: settings.email === null ? null : mailer(),
    sentinel:
      reasonOf('sentinel') === ''
        ? {
            readWhole: (id, signal) => sentinel().readWhole(id, signal),
            changedSince: (since, signal) => sentinel().changedSince(since, signal),
          }
        : null,
  };
}

const SETTINGS = {
  azure: 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET',
  sentinel: 'SENTINEL_SUBSCRIPTION_ID, SENTINEL_RESOURCE_GROUP and SENTINEL_WORKSPACE',
  entra: 'AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET',
  defender: 'DEFENDER_URL',
  servicenow: 'SERVICENOW_URL, SERVICENOW_USER and SERVICENOW_PASSWORD',
  paloalto: 'PALOALTO_URL and PALOALTO_API_KEY',
  email: 'SMTP_HOST and SMTP_FROM',
} as const;

/** Why a connector cannot be used, by its name; those that can are absent. */
function unavailableConnectors(settings: ConnectorSettings): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  const say = (connector: string, cure: string): void => void reasons.set(connector, `${connector} is not configured: set ${cure}.`);
  for (const name of ['azure', 'sentinel', 'entra', 'defender', 'servicenow', 'paloalto', 'email'] as const) {
    if (settings[name] === null) say(name, SETTINGS[name]);
    else if (settings.azure === null && ['sentinel', 'entra', 'defender'].includes(name)) say(name, SETTINGS.azure);
  }
  const { allowedHosts, allowedPrivateHosts } = settings.http;
  if (allowedHosts.length + allowedPrivateHosts.length === 0)
    say('http', 'http.allowedHosts in picket.yaml to the hosts that may be called');
  return reasons;
}

/** Only reached for connectors that have their settings. */
function need<T>(settings: T | null): T {
  if (settings === null) throw new ActionError('A connector was used without its settings.', { connector: 'registry' });
  return settings;
}

/** Firewalls usually have a certificate of the organisation's own authority. */
function trust(caFile: string): { send?: ReturnType<typeof sendByNode> } {
  return caFile === '' ? {} : { send: sendByNode({ ca: readFileSync(caFile, 'utf8') }) };
}
