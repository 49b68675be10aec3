// Who may post to /api/messages. The stock adapter takes the emulator's tokens, skips the service address when it is empty and never
// looks at the tenant; here a failed check is one error without a reason, and the reason goes to the log.

import { type Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { type AuthenticateRequestResult, AuthenticationError, ServiceClientCredentialsFactory } from 'botframework-connector';
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { TeamsSettings } from '../../model/settings.ts';
import type { AccessTokens } from './access-token.ts';
import { BOT_FRAMEWORK, type Endpoints } from './endpoints.ts';
import type { TokenCheck } from './token-check.ts';
import { createTransport } from './transport.ts';

interface AuthenticationOptions {
  readonly settings: TeamsSettings;
  readonly endpoints: Endpoints;
  readonly tokenCheck: TokenCheck;
  readonly tokens: AccessTokens;
  readonly log: Log;
}

const Envelope = z.object({
  channelId: z.literal('msteams'),
  serviceUrl: z.string().min(1),
  conversation: z.object({ tenantId: z.string().optional() }).optional(),
  channelData: z.object({ tenant: z.object({ id: z.string().optional() }).optional() }).nullish(),
});

export class TeamsAuthentication extends ConfigurationBotFrameworkAuthentication {
  readonly #options: AuthenticationOptions;

  constructor(options: AuthenticationOptions) {
    const { settings, endpoints, tokens } = options;
    const httpClient = createTransport(endpoints.mayCall);
    super(configurationOf(settings, endpoints), new BotCredentials(settings.appId, tokens), undefined, undefined, { httpClient });
    this.#options = options;
  }

  override async authenticateRequest(activity: Activity, authorization: string): Promise<AuthenticateRequestResult> {
    try {
      return await this.#authenticate(activity, authorization);
    } catch (error) {
      this.#options.log.warn('request to the Teams path refused', { reason: messageOf(error).slice(0, 200) });
      throw new AuthenticationError('Unauthorized', 401);
    }
  }

  async #authenticate(activity: Activity, authorization: string): Promise<AuthenticateRequestResult> {
    const { settings, endpoints, tokenCheck } = this.#options;
    const envelope = Envelope.safeParse(activity);
    if (!envelope.success) throw new Error('not an activity of Teams');
    const { channelId, serviceUrl, conversation, channelData } = envelope.data;
    if (!endpoints.mayCall(serviceUrl))
      throw new Error(`the service address ${serviceUrl.slice(0, 100)} is not one of TEAMS_SERVICE_HOSTS`);
    await tokenCheck.verify(authorization, channelId);
    const result = await super.authenticateRequest(activity, authorization);
    if (result.claimsIdentity.getClaimValue('iss') !== BOT_FRAMEWORK) throw new Error('another issuer');
    const tenant = conversation?.tenantId ?? channelData?.tenant?.id ?? '';
    if (!settings.tenants.includes(tenant.toLowerCase()))
      throw new Error(`the tenant ${tenant.slice(0, 40) || '(none)'} is not one of TEAMS_TENANTS`);
    return result;
  }
}

/** All of them: setting one switches the defaults of all others off. */
function configurationOf({ appId, appTenant }: TeamsSettings, { openIdMetadataUrl, loginUrl }: Endpoints) {
  return {
    MicrosoftAppId: appId,
    MicrosoftAppTenantId: appTenant,
    ToBotFromChannelOpenIdMetadataUrl: openIdMetadataUrl,
    ToBotFromEmulatorOpenIdMetadataUrl: openIdMetadataUrl,
    ToBotFromChannelTokenIssuer: BOT_FRAMEWORK,
    ToChannelFromBotLoginUrl: loginUrl,
    ToChannelFromBotOAuthScope: BOT_FRAMEWORK,
    OAuthUrl: BOT_FRAMEWORK,
    CallerId: 'urn:botframework:azure',
  };
}

type Credentials = Awaited<ReturnType<ServiceClientCredentialsFactory['createCredentials']>>;

/** botbuilder's own would ask MSAL, which knows nothing of stand-ins. */
class BotCredentials extends ServiceClientCredentialsFactory {
  readonly #appId: string;
  readonly #credentials: Credentials;

  constructor(appId: string, tokens: AccessTokens) {
    super();
    this.#appId = appId;
    this.#credentials = {
      async signRequest(request) {
        request.headers.set('authorization', `Bearer ${await tokens.get()}`);
        return request;
      },
    };
  }

  override async isValidAppId(appId: string): Promise<boolean> {
    return appId === this.#appId;
  }

  /** Never: without it, anybody could make the bot call any address. */
  override async isAuthenticationDisabled(): Promise<boolean> {
    return false;
  }

  override async createCredentials(): Promise<Credentials> {
    return this.#credentials;
  }
}
