// What Slack sends, as far as Picket reads it (docs.slack.dev: slash commands, block_actions, app_mention, app_uninstalled, tokens_revoked).
import { z } from 'zod';
import type { Verb } from '../../model/views.ts';

const optionalText = z
  .string()
  .nullish()
  .transform((text) => text ?? '');

export const SlashCommand = z.object({
  command: z.string().startsWith('/'),
  text: optionalText,
  team_id: z.string(),
  channel_id: z.string(),
  user_id: z.string(),
  user_name: optionalText,
  response_url: optionalText,
});

export const BlockActions = z.object({
  user: z.object({ id: z.string(), team_id: optionalText, name: optionalText, username: optionalText }),
  team: z.object({ id: z.string() }).nullish(),
  channel: z.object({ id: z.string() }).nullish(),
  message: z.object({ ts: z.string(), thread_ts: optionalText }).nullish(),
  container: z.object({
    message_ts: optionalText,
    channel_id: optionalText,
    thread_ts: optionalText,
    is_ephemeral: z.boolean().default(false),
  }),
  response_url: optionalText,
  actions: z.tuple([z.object({ value: optionalText, selected_option: z.object({ value: z.string() }).nullish() })], z.unknown()),
});
export type BlockActions = z.infer<typeof BlockActions>;

/** As an object, so that a verb added to the model cannot be forgotten here. */
const VERBS: Readonly<Record<Verb, Verb>> = { decide: 'decide', runlog: 'runlog', cancel: 'cancel' };

/** What stands in a button's `value`. The person is never part of it. */
export const ButtonValue = z.object({ verb: z.enum(VERBS), id: z.string().min(1).max(200), choice: z.string().max(200) });

export const AppMention = z.object({
  team_id: z.string(),
  event: z.object({
    user: z.string(),
    user_team: optionalText,
    team: optionalText,
    text: z.string(),
    channel: z.string(),
    thread_ts: optionalText,
    // Bots and edits carry these: neither is somebody asking.
    bot_id: optionalText,
    subtype: optionalText,
    edited: z.unknown().optional(),
  }),
});

export const TokensRevoked = z.object({ event: z.object({ tokens: z.object({ bot: z.array(z.string()).default([]) }) }) });

/** Any payload: the team it is about, where each kind says it, most telling first. */
const AnyPayload = z.object({
  authorizations: z.array(z.object({ team_id: z.string().nullish(), enterprise_id: z.string().nullish() })).default([]),
  team_id: optionalText,
  enterprise_id: optionalText,
  team: z.object({ id: optionalText, enterprise_id: optionalText }).nullish(),
  enterprise: z.object({ id: optionalText }).nullish(),
  // In a shared channel the clicker's team stands in `team`; the message names the team that Picket posted from.
  message: z.object({ team: optionalText }).nullish(),
  response_url: optionalText,
});

/** The workspaces a payload may be meant for, and where to answer when none of them has Picket. */
export function originOf(payload: unknown): { teamIds: readonly string[]; enterpriseId: string; responseUrl: string } {
  const body = AnyPayload.parse(payload);
  const authorized = body.authorizations[0];
  const teamIds = [authorized?.team_id ?? '', body.team_id, body.team?.id ?? '', body.message?.team ?? ''].filter((id) => id !== '');
  const enterpriseId = authorized?.enterprise_id || body.enterprise_id || body.enterprise?.id || body.team?.enterprise_id || '';
  return { teamIds, enterpriseId, responseUrl: body.response_url };
}
