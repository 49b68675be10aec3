// Every environment variable Picket reads, as data: the reader in src/config.ts and the README's table both come from here.
// The groups after `Picket` are real systems: one variable of them ends the sandbox.

export interface SettingReference {
  readonly name: string;
  readonly group: SettingGroup;
  /** What it is, and where to copy it from when it comes from another product's page. */
  readonly meaning: string;
  /** As it would be written in the environment; '' for none. */
  readonly default: string;
  /** When it must be set; '' for never. */
  readonly required: string;
  /** What to do about an empty one; completes `NAME is empty: `. */
  readonly remedy: string;
}

export type SettingGroup = 'Picket' | 'Slack' | 'Teams' | 'Azure' | 'Sentinel' | 'Defender' | 'ServiceNow' | 'Palo Alto' | 'E-mail';

type Row = readonly [name: string, meaning: string, fallback?: string, required?: string, remedy?: string];

/** The table, in the order in which it is shown. */
export const SETTINGS_REFERENCE: readonly SettingReference[] = [
  ...group('Picket', [
    ['PICKET_CONFIG', 'File with people, roles and channels', 'picket.yaml'],
    ['PICKET_HOME', 'Folder for the embedded database and other data', '.picket'],
    ['PICKET_HOST', 'Address to listen on; the sandbox listens on 127.0.0.1 unless this is set', '0.0.0.0'],
    ['PICKET_PORT', 'Port for Slack, Teams, webhooks and pages', '3978'],
    [
      'PICKET_PUBLIC_URL',
      'Address people, Slack and Teams reach Picket at; links in cards and mails start with it',
      '',
      'with any real system',
      'set it to the https address of your reverse proxy, for example https://picket.example.com',
    ],
    ['PICKET_CONSOLE_PORT', 'Port of the console on loopback; sandbox only, 0 for none', '3979'],
    ['PICKET_SANDBOX_PORT', 'Port of the stand-ins on loopback; sandbox only', '3980'],
    ['DATABASE_URL', 'Postgres for several replicas, postgres://user:password@host/database; empty for the embedded one'],
    ['PICKET_SECRET', 'Signs links, 32 characters or more; empty: made once and kept in the database'],
    ['PICKET_INGEST_SECRET', 'Shared secret of POST /ingest/sentinel, 16 characters or more; empty refuses every delivery'],
    ['PICKET_LOG_LEVEL', 'debug, info, warn or error; in the sandbox warn unless set', 'info'],
    ['PICKET_PLAYBOOKS', 'Folders with playbooks, separated by commas; empty for those shipped'],
    ['PICKET_RULES', 'File with automation rules; empty for the one shipped'],
    ['PICKET_MAX_BURSTS', 'How many runs may be executing at once in this process', '64'],
    ['PICKET_SWEEP_MS', 'How often to look for work that a crash left, in milliseconds', '3000'],
    ['PICKET_HEARTBEAT_LIMIT_MS', 'After how long without a sign of life a replica counts as dead, in milliseconds', '15000'],
  ]),
  ...group('Slack', [
    [
      'SLACK_SIGNING_SECRET',
      'Proves that a request is from Slack',
      '',
      'with Slack, unless SLACK_APP_TOKEN is set',
      'copy it from Basic Information > App Credentials',
    ],
    [
      'SLACK_BOT_TOKEN',
      'Token of a single workspace, xoxb-...',
      '',
      'with Slack, unless SLACK_CLIENT_ID is set',
      'copy the Bot User OAuth Token from OAuth & Permissions',
    ],
    ['SLACK_APP_TOKEN', 'Switches Socket Mode on, xapp-... with connections:write (Basic Information > App-Level Tokens)'],
    [
      'SLACK_CLIENT_ID',
      'Several workspaces by OAuth',
      '',
      'with SLACK_CLIENT_SECRET',
      'copy it from Basic Information > App Credentials, or empty SLACK_CLIENT_SECRET',
    ],
    [
      'SLACK_CLIENT_SECRET',
      'Several workspaces by OAuth',
      '',
      'with SLACK_CLIENT_ID',
      'copy it from Basic Information > App Credentials, or empty SLACK_CLIENT_ID',
    ],
    [
      'SLACK_SSO_MANAGED_TEAMS',
      "Team ids whose members' e-mail addresses your SSO manages, separated by commas: an address binds a person there",
    ],
    ['SLACK_API_URL', 'Base of the Web API', 'https://slack.com/api/'],
  ]),
  ...group('Teams', [
    ['TEAMS_APP_ID', "The bot's Microsoft App ID", '', 'with Teams', 'copy the Microsoft App ID from the Azure Bot > Configuration'],
    [
      'TEAMS_APP_PASSWORD',
      "The bot's client secret",
      '',
      'with Teams',
      'create a client secret in the app registration > Certificates & secrets',
    ],
    [
      'TEAMS_APP_TENANT',
      'Entra tenant of the app registration',
      '',
      'with Teams',
      'copy the App Tenant ID from the Azure Bot > Configuration',
    ],
    ['TEAMS_TENANTS', 'Entra tenants whose people may talk to the bot, separated by commas; empty for TEAMS_APP_TENANT alone'],
    ['TEAMS_SSO_MANAGED_TENANTS', 'Tenants where an e-mail address binds a person, separated by commas'],
    ['TEAMS_SERVICE_HOSTS', 'Hosts that Teams may name for answers; government clouds have their own', 'smba.trafficmanager.net'],
    ['TEAMS_TEST_OPENID_METADATA_URL', 'Tests only, loopback only: where the keys of incoming tokens come from'],
    ['TEAMS_TEST_LOGIN_URL', 'Tests only, loopback only: where tokens for answers come from'],
  ]),
  ...group('Azure', [
    [
      'AZURE_TENANT_ID',
      'Entra tenant for Sentinel, Entra ID and Defender',
      '',
      'with Azure',
      'copy the Directory (tenant) ID from the app registration',
    ],
    [
      'AZURE_CLIENT_ID',
      'App registration or managed identity; empty for the system-assigned identity',
      '',
      'with Azure, unless the identity is managed',
      'copy the Application (client) ID from the app registration',
    ],
    [
      'AZURE_CLIENT_SECRET',
      'Client secret',
      '',
      'with AZURE_AUTH_METHOD=secret',
      'create one in the app registration > Certificates & secrets, or set AZURE_AUTH_METHOD',
    ],
    [
      'AZURE_CLIENT_CERTIFICATE_PATH',
      'PEM file with certificate and private key',
      '',
      'with AZURE_AUTH_METHOD=certificate',
      'set it to the path of the PEM file',
    ],
    ['AZURE_AUTH_METHOD', 'secret, certificate, managed-identity or workload-identity; empty: by what else is set'],
    ['AZURE_FEDERATED_TOKEN_FILE', 'Set by the workload identity webhook; selects workload-identity'],
    ['AZURE_AUTHORITY_HOST', 'Sign-in address; other clouds have their own', 'https://login.microsoftonline.com'],
    ['ENTRA_GRAPH_URL', 'Microsoft Graph; other clouds have their own', 'https://graph.microsoft.com'],
  ]),
  ...group('Sentinel', [
    [
      'SENTINEL_SUBSCRIPTION_ID',
      'Azure subscription of the workspace',
      '',
      'with Sentinel',
      'copy it from the Log Analytics workspace > Overview',
    ],
    [
      'SENTINEL_RESOURCE_GROUP',
      'Resource group of the workspace',
      '',
      'with Sentinel',
      'copy it from the Log Analytics workspace > Overview',
    ],
    [
      'SENTINEL_WORKSPACE',
      'Name of the Log Analytics workspace',
      '',
      'with Sentinel',
      'copy the name from the Log Analytics workspace > Overview',
    ],
    ['SENTINEL_URL', 'Azure Resource Manager; other clouds have their own', 'https://management.azure.com'],
    ['SENTINEL_API_VERSION', 'Version of the incident calls', '2024-03-01'],
  ]),
  ...group('Defender', [
    ['DEFENDER_URL', 'Defender for Endpoint, for example https://api.security.microsoft.com; uses the Azure identity'],
  ]),
  ...group('ServiceNow', [
    ['SERVICENOW_URL', 'Address of the instance', '', 'with ServiceNow', 'set it to https://<instance>.service-now.com'],
    [
      'SERVICENOW_USER',
      'Integration user with the itil role',
      '',
      'with ServiceNow',
      'create an integration user in User Administration > Users',
    ],
    ['SERVICENOW_PASSWORD', 'Its password', '', 'with ServiceNow', 'set the password of the integration user'],
    ['SERVICENOW_CLOSE_CODE', 'Resolution code written on close; instances differ', 'Solution provided'],
    ['SERVICENOW_CLOSE_STATE', 'State written on close: 6 Resolved or 7 Closed', '6'],
  ]),
  ...group('Palo Alto', [
    [
      'PALOALTO_URL',
      'Address of the firewall or Panorama',
      '',
      'with Palo Alto',
      'set it to the https address of the management interface',
    ],
    [
      'PALOALTO_API_KEY',
      'API key of an administrator with User-ID rights',
      '',
      'with Palo Alto',
      'make one with the keygen call of the XML API',
    ],
    ['PALOALTO_VSYS', 'Virtual system', 'vsys1'],
    ['PALOALTO_TAG', 'Tag that a dynamic address group in a deny rule matches', 'picket-blocked'],
    ['PALOALTO_CA_FILE', "PEM file of the certificate authority; empty for the system's"],
  ]),
  ...group('E-mail', [
    ['SMTP_HOST', 'Mail server', '', 'with e-mail', 'set it to the name of your mail server'],
    ['SMTP_PORT', 'Its port', '587'],
    ['SMTP_USER', 'User; empty for none'],
    ['SMTP_PASSWORD', 'Its password', '', 'with SMTP_USER', 'set the password of SMTP_USER, or empty SMTP_USER'],
    ['SMTP_SECURITY', 'tls, starttls, or none (loopback only)', 'starttls'],
    ['SMTP_FROM', 'Sender of the mails', '', 'with e-mail', 'set it to an address that your mail server may send from'],
  ]),
];

function group(name: SettingGroup, rows: readonly Row[]): readonly SettingReference[] {
  return rows.map(([variable, meaning, fallback = '', required = '', remedy = '']) => ({
    name: variable,
    group: name,
    meaning,
    default: fallback,
    required,
    remedy,
  }));
}
