// GET /slack/install and /slack/oauth_redirect: adding Picket to a workspace. The state is sealed, tied to the browser by a cookie,
// valid for ten minutes, and taken once on all replicas.
import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import {
  HTTPReceiver,
  type HTTPReceiverOptions,
  type Installation,
  type InstallURLOptions,
  type Logger,
  type StateStore,
} from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import type { ClaimOnce, RawRoute } from '../../model/chat.ts';
import { ConfigError } from '../../model/errors.ts';
import type { SlackSettings } from '../../model/settings.ts';
import { BOT_SCOPES, PATHS } from './registration.ts';
import type { Seal } from './sealed-store.ts';
import type { Installed } from './workspaces.ts';

interface InstallOptions {
  readonly settings: SlackSettings;
  readonly publicUrl: string;
  readonly seal: Seal;
  readonly claim: ClaimOnce;
  readonly save: (installed: Installed) => Promise<void>;
  readonly clientOptions: WebClientOptions;
  readonly logger: Logger;
}

const STATE_FOR_MS = 10 * 60_000;

export function installRoutes(options: InstallOptions): readonly RawRoute[] {
  const { settings, publicUrl, logger } = options;
  const redirectUri = `${publicUrl}${PATHS.redirect}`;
  const installUrl: InstallURLOptions = { scopes: [...BOT_SCOPES], redirectUri };
  // The receiver never receives: it builds the provider, which Bolt does not export by itself.
  const { installer } = new HTTPReceiver({
    signingSecret: settings.signingSecret || 'not used by the provider',
    clientId: settings.clientId,
    clientSecret: settings.clientSecret,
    scopes: [...BOT_SCOPES],
    redirectUri,
    logger,
    installationStore: {
      storeInstallation: async (installation) => options.save(installedFrom(installation)),
      fetchInstallation: async () => {
        throw new Error('installations are read by workspaces.ts alone');
      },
    },
    installerOptions: {
      redirectUriPath: PATHS.redirect,
      stateStore: sealedStates({ ...options, installUrl }),
      directInstall: true,
      clientOptions: options.clientOptions,
      authorizationUrl: new URL('/oauth/v2/authorize', settings.apiUrl).href,
    },
  });
  if (installer === undefined)
    throw new ConfigError('SLACK_CLIENT_ID needs SLACK_CLIENT_SECRET: copy both from Basic Information > App Credentials');
  return [
    {
      method: 'GET',
      path: PATHS.install,
      respond: async (request, response) => installer.handleInstallPath(request, response, {}, installUrl),
    },
    { method: 'GET', path: PATHS.redirect, respond: async (request, response) => installer.handleCallback(request, response, PAGES) },
  ];
}

/** The provider has logged why. */
const PAGES: CallbackOptions = {
  success: (_installation, _options, _request, response) =>
    sayPlainly(response, 200, 'Picket is installed. Type /invite @Picket in the channels it shall post to.'),
  failure: (_error, _options, _request, response) => sayPlainly(response, 400, 'Picket was not installed. Start again at /slack/install.'),
};
type CallbackOptions = NonNullable<NonNullable<HTTPReceiverOptions['installerOptions']>['callbackOptions']>;

function sayPlainly(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' }).end(text);
}

const State = z.object({ id: z.string(), at: z.number() });
const SEALED_AS = 'slack:oauth-state';

function sealedStates(options: InstallOptions & { installUrl: InstallURLOptions }): StateStore {
  return {
    generateStateParam: async (_installOptions, now) =>
      options.seal.seal(JSON.stringify({ id: randomUUID(), at: now.getTime() }), SEALED_AS),
    async verifyStateParam(now, sealed) {
      const text = options.seal.open(sealed, SEALED_AS);
      const state = State.safeParse(text === null ? null : JSON.parse(text)).data;
      if (state === undefined || now.getTime() - state.at > STATE_FOR_MS) throw new Error('invalid_state: start again at /slack/install');
      const first = await options.claim(`slack:oauth-state:${state.id}`, { forMs: 2 * STATE_FOR_MS });
      if (!first) throw new Error('invalid_state: this link was used before, start again at /slack/install');
      return options.installUrl;
    },
  };
}

function installedFrom(installation: Installation): Installed {
  if (installation.bot === undefined) throw new Error('the installation brought no bot token: check the scopes of the Slack app');
  const { token, id, userId } = installation.bot;
  const teamId = installation.isEnterpriseInstall === true ? '' : (installation.team?.id ?? '');
  return { teamId, enterpriseId: installation.enterprise?.id ?? '', botToken: token, botId: id, botUserId: userId };
}
