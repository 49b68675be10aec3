// The outside systems from the environment; null for each of which nothing is set.
import type {
  AzureSettings,
  ConnectorSettings,
  PaloAltoSettings,
  SentinelSettings,
  ServiceNowSettings,
  SmtpSettings,
} from '../model/settings.ts';
import { type Environment, isLoopback } from './environment.ts';

/** All but `http`, whose lists are in the file. */
export function readConnectors(environment: Environment): Omit<ConnectorSettings, 'http'> {
  const azure = readAzure(environment);
  return {
    azure,
    entra: azure === null ? null : { graphUrl: environment.url('ENTRA_GRAPH_URL') },
    sentinel: readSentinel(environment),
    defender: environment.uses('Defender') ? { baseUrl: environment.url('DEFENDER_URL') } : null,
    servicenow: readServiceNow(environment),
    paloalto: readPaloAlto(environment),
    email: readSmtp(environment),
  };
}

// Sentinel and Defender sign in with the Azure identity: one of them without it is reported as the identity missing.
function readAzure(environment: Environment): AzureSettings | null {
  if (!environment.uses('Azure') && !environment.uses('Sentinel') && !environment.uses('Defender')) return null;
  const method = authMethod(environment);
  return {
    method,
    tenant: environment.required('AZURE_TENANT_ID'),
    clientId: method === 'managed-identity' ? environment.text('AZURE_CLIENT_ID') : environment.required('AZURE_CLIENT_ID'),
    clientSecret: method === 'secret' ? environment.required('AZURE_CLIENT_SECRET') : '',
    certificatePath: method === 'certificate' ? environment.required('AZURE_CLIENT_CERTIFICATE_PATH') : '',
    authorityUrl: environment.url('AZURE_AUTHORITY_HOST'),
  };
}

function authMethod(environment: Environment): AzureSettings['method'] {
  const methods = ['secret', 'certificate', 'managed-identity', 'workload-identity'] as const;
  if (environment.isSet('AZURE_AUTH_METHOD')) return environment.oneOf('AZURE_AUTH_METHOD', methods);
  if (environment.isSet('AZURE_CLIENT_SECRET')) return 'secret';
  if (environment.isSet('AZURE_CLIENT_CERTIFICATE_PATH')) return 'certificate';
  return environment.isSet('AZURE_FEDERATED_TOKEN_FILE') ? 'workload-identity' : 'secret';
}

function readSentinel(environment: Environment): SentinelSettings | null {
  if (!environment.uses('Sentinel')) return null;
  return {
    baseUrl: environment.url('SENTINEL_URL'),
    subscription: environment.required('SENTINEL_SUBSCRIPTION_ID'),
    resourceGroup: environment.required('SENTINEL_RESOURCE_GROUP'),
    workspace: environment.required('SENTINEL_WORKSPACE'),
    apiVersion: environment.text('SENTINEL_API_VERSION'),
  };
}

function readServiceNow(environment: Environment): ServiceNowSettings | null {
  if (!environment.uses('ServiceNow')) return null;
  return {
    baseUrl: environment.requiredUrl('SERVICENOW_URL'),
    user: environment.required('SERVICENOW_USER'),
    password: environment.required('SERVICENOW_PASSWORD'),
    closeCode: environment.text('SERVICENOW_CLOSE_CODE'),
    closeState: environment.oneOf('SERVICENOW_CLOSE_STATE', ['6', '7']),
  };
}

function readPaloAlto(environment: Environment): PaloAltoSettings | null {
  if (!environment.uses('Palo Alto')) return null;
  return {
    baseUrl: environment.requiredUrl('PALOALTO_URL'),
    apiKey: environment.required('PALOALTO_API_KEY'),
    vsys: environment.text('PALOALTO_VSYS'),
    tag: environment.text('PALOALTO_TAG'),
    caFile: environment.text('PALOALTO_CA_FILE'),
  };
}

function readSmtp(environment: Environment): SmtpSettings | null {
  if (!environment.uses('E-mail')) return null;
  const host = environment.required('SMTP_HOST');
  const security = environment.oneOf('SMTP_SECURITY', ['starttls', 'tls', 'none']);
  if (security === 'none' && host !== '' && !isLoopback(host)) {
    environment.refuse('SMTP_SECURITY', 'is none, which would send approvals in the clear: write starttls or tls');
  }
  return {
    host,
    port: environment.integer('SMTP_PORT', { min: 1, max: 65_535 }),
    user: environment.text('SMTP_USER'),
    password: environment.isSet('SMTP_USER') ? environment.required('SMTP_PASSWORD') : '',
    security,
    from: environment.required('SMTP_FROM'),
  };
}
