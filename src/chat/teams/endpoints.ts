// Where Teams is: the addresses that keys and tokens come from, and which service addresses may be called.
// The constants are those of the public cloud (learn.microsoft.com, Bot Connector authentication).
import { ConfigError } from '../../model/errors.ts';
import type { TeamsSettings } from '../../model/settings.ts';

export interface Endpoints {
  readonly openIdMetadataUrl: string;
  /** Base of the token endpoint, tenant included. */
  readonly loginUrl: string;
  /** Where a conversation is reached that was never heard of. */
  readonly defaultServiceUrl: string;
  /** True for an address that may be called with the bot's token. */
  mayCall(serviceUrl: string): boolean;
}

/** The one issuer whose tokens count, and the scope of the bot's own. */
export const BOT_FRAMEWORK = 'https://api.botframework.com';

const PUBLIC = {
  openIdMetadataUrl: 'https://login.botframework.com/v1/.well-known/openidconfiguration',
  loginUrl: 'https://login.microsoftonline.com',
} as const;

export function endpointsOf({ appTenant, serviceHosts, issuer }: TeamsSettings): Endpoints {
  const { openIdMetadataUrl, loginUrl } = issuer ?? PUBLIC;
  const allowHttp = issuer?.allowHttp ?? false;
  for (const url of [openIdMetadataUrl, loginUrl]) {
    if (!isSecure(url, allowHttp)) throw new ConfigError(`${url} is not https: only a stand-in on loopback may be called without it`);
  }
  const [first = ''] = serviceHosts;
  const scheme = allowHttp && isLoopback(`http://${first}`) ? 'http' : 'https';
  return {
    openIdMetadataUrl,
    loginUrl: `${withoutSlash(loginUrl)}/${encodeURIComponent(appTenant)}`,
    // The address that finds the right region by itself.
    defaultServiceUrl: `${scheme}://${first}/teams/`,
    mayCall(serviceUrl) {
      if (!URL.canParse(serviceUrl) || !isSecure(serviceUrl, allowHttp)) return false;
      const { host, username, password } = new URL(serviceUrl);
      return serviceHosts.includes(host) && username === '' && password === '';
    },
  };
}

function isSecure(url: string, allowHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && allowHttp && isLoopback(url));
}

function isLoopback(url: string): boolean {
  return URL.canParse(url) && ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(url).hostname);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
