// What Picket registers with Slack: commands, scopes, events and paths.
// The manifest in manifests/slack is compared with these by a test: change both.

/** Slash commands, without the slash. A mention may start with one of them as well. */
export const COMMANDS = ['playbook'] as const;

/**
 * Bot scopes. The history and metadata scopes let a message be found again after a post whose answer was lost;
 * usergroups:read serves roles that are Slack user groups; users:read tells guests and bots from members; users:read.email serves workspaces managed by SSO.
 */
export const BOT_SCOPES = [
  'app_mentions:read',
  'channels:history',
  'chat:write',
  'commands',
  'groups:history',
  'im:history',
  'im:write',
  'metadata.message:read',
  'usergroups:read',
  'users:read',
  'users:read.email',
] as const;

/** Events the app subscribes to. */
export const BOT_EVENTS = ['app_mention', 'app_uninstalled', 'tokens_revoked'] as const;

/** Paths of the shared port that belong to Slack. */
export const PATHS = { events: '/slack/events', install: '/slack/install', redirect: '/slack/oauth_redirect' } as const;
