// Bolt does not forget installations by itself: app_uninstalled and tokens_revoked do it here.
import type { App } from '@slack/bolt';
import type { Log } from '../../model/log.ts';
import { originOf, TokensRevoked } from './payloads.ts';
import type { Workspaces } from './workspaces.ts';

export function forgetRemoved(app: App, workspaces: Workspaces, log: Log): void {
  async function forget(payload: unknown): Promise<void> {
    const { teamIds, enterpriseId } = originOf(payload);
    const team = { teamId: teamIds[0] ?? '', enterpriseId };
    await workspaces.remove(team);
    log.info('Slack installation removed', team);
  }
  app.event('app_uninstalled', async ({ body }) => forget(body));
  app.event('tokens_revoked', async ({ body }) => {
    // Tokens of users alone do not concern Picket, which has none.
    if (TokensRevoked.parse(body).event.tokens.bot.length > 0) await forget(body);
  });
}
