// The Teams manifest of this installation. Command lists are made from the commands themselves, so that they cannot differ;
// they are suggestions only: Teams sends whatever the person typed.
import { z } from 'zod';
import type { ChatCommand } from '../chat/commands/command.ts';

const SCOPES = ['personal', 'team', 'groupChat'] as const;
const MAX_COMMANDS = 10; // v1.19 of the schema
const MAX_TITLE = 32;
const MAX_DESCRIPTION = 128;

/** The parts that are filled; the others pass through. */
const Template = z.looseObject({
  id: z.string(),
  bots: z.array(z.looseObject({ botId: z.string() })).length(1),
  developer: z.looseObject({ websiteUrl: z.string(), privacyUrl: z.string(), termsOfUseUrl: z.string() }),
});

export interface TeamsManifestFacts {
  readonly publicUrl: string;
  readonly appId: string;
  readonly commands: readonly Pick<ChatCommand, 'name' | 'summary'>[];
}

export function fillTeamsManifest(template: unknown, { publicUrl, appId, commands }: TeamsManifestFacts): Record<string, unknown> {
  const { bots, developer, ...rest } = Template.parse(template);
  const list = commands.slice(0, MAX_COMMANDS).map(({ name, summary }) => ({
    title: name.slice(0, MAX_TITLE),
    description: summary.slice(0, MAX_DESCRIPTION),
  }));
  return {
    ...rest,
    id: appId,
    developer: { ...developer, websiteUrl: publicUrl, privacyUrl: publicUrl, termsOfUseUrl: publicUrl },
    bots: bots.map((bot) => ({ ...bot, botId: appId, scopes: SCOPES, commandLists: [{ scopes: SCOPES, commands: list }] })),
    validDomains: [new URL(publicUrl).host],
  };
}
