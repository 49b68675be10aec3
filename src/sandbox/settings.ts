// The configuration under which Picket's connectors reach the stand-ins.
import type { ConnectorSettings } from '../model/settings.ts';
import { CLIENT_ID, CLIENT_SECRET, TENANT } from './login/settings.ts';
import { WORKSPACE } from './sentinel/workspace.ts';

/** Credentials that open nothing but the sandbox. */
export const SERVICENOW_LOGIN = { user: 'picket', password: 'sandbox-servicenow' } as const;
export const PANOS_KEY = 'sandbox-panos-key';
export const SMTP_LOGIN = { user: 'picket', password: 'sandbox-smtp' } as const;

export function connectorSettings(url: string, smtp: { host: string; port: number }): ConnectorSettings {
  return {
    azure: {
      method: 'secret',
      tenant: TENANT,
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      certificatePath: '',
      authorityUrl: `${url}/login`,
    },
    sentinel: {
      baseUrl: `${url}/arm`,
      subscription: WORKSPACE.subscription,
      resourceGroup: WORKSPACE.resourceGroup,
      workspace: WORKSPACE.name,
      apiVersion: '2024-03-01',
    },
    entra: { graphUrl: `${url}/graph` },
    defender: { baseUrl: `${url}/defender` },
    servicenow: { baseUrl: `${url}/servicenow`, ...SERVICENOW_LOGIN, closeCode: 'Solution provided', closeState: '6' },
    paloalto: { baseUrl: `${url}/panos`, apiKey: PANOS_KEY, vsys: 'vsys1', tag: 'picket-block', caFile: '' },
    email: { ...smtp, ...SMTP_LOGIN, security: 'none', from: 'Picket <picket@contoso.com>' },
    http: { allowedHosts: [], allowedPrivateHosts: [] },
  };
}
