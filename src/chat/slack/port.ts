// Posting, editing and finding messages. Each message carries its key in its metadata, so that it can be found after a lost answer.
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { ChatPort } from '../../model/chat.ts';
import type { Place } from '../../model/place.ts';
import { isGone, toChatError, toReadError } from './chat-errors.ts';
import type { DirectMessages } from './direct-messages.ts';
import { toMessage } from './messages.ts';
import { type Workspace, type Workspaces, workspaceOf } from './workspaces.ts';

const METADATA_TYPE = 'picket';
/** Slack's clock and ours differ; a message is not older than its post by more than this. */
const CLOCK_MARGIN_S = 120;
/** A thousand messages since the lost post: in a busier channel the message may stand twice. */
const MAX_PAGES = 5;
const PAGE = 200;

const Timestamp = z.string().min(1);

const History = z.object({
  messages: z
    .array(
      z.object({
        ts: z.string(),
        metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
      }),
    )
    .default([]),
  response_metadata: z.object({ next_cursor: z.string().default('') }).optional(),
});

export function slackPort(workspaces: Workspaces, direct: DirectMessages): ChatPort {
  async function reach(place: Place): Promise<{ workspace: Workspace; channel: string }> {
    try {
      const workspace = await workspaceOf(workspaces, place.tenant);
      return { workspace, channel: await direct.channelOf(workspace, place) };
    } catch (error) {
      throw toReadError(error, `reach ${place.conversation}`);
    }
  }

  return {
    platform: 'slack',
    // docs.slack.dev/apis/web-api/rate-limits: about one message a second and channel.
    limits: [{ count: 1, perMs: 1_000 }],

    async post(place, card, { key }) {
      const { workspace, channel } = await reach(place);
      const message = {
        channel,
        ...toMessage(card),
        metadata: { event_type: METADATA_TYPE, event_payload: { key } },
        // Links come from incidents: nobody's server shall learn that they are being looked at.
        unfurl_links: false,
        unfurl_media: false,
        ...(place.thread === '' ? {} : { thread_ts: place.thread }),
      };
      try {
        const answer = await workspace.clients.posts.chat.postMessage(message);
        return { place, id: Timestamp.parse(answer.ts) };
      } catch (error) {
        throw toChatError(error, `post in ${place.conversation}`);
      }
    },

    async update({ place, id }, card) {
      const { workspace, channel } = await reach(place);
      try {
        await workspace.clients.posts.chat.update({ channel, ts: id, ...toMessage(card) });
        return 'ok';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw toChatError(error, `edit ${id} in ${place.conversation}`);
      }
    },

    async find(place, { key, sinceMs }) {
      const { workspace, channel } = await reach(place);
      const range = { channel, oldest: String(Math.max(0, sinceMs / 1_000 - CLOCK_MARGIN_S)), limit: PAGE, include_all_metadata: true };
      try {
        const ts = await search(workspace, place.thread === '' ? range : { ...range, ts: place.thread }, key);
        return ts === null ? null : { place, id: ts };
      } catch (error) {
        throw toReadError(error, `look in ${place.conversation}`);
      }
    },
  };
}

type Range = Parameters<WebClient['conversations']['history']>[0] & { readonly ts?: string };

async function search({ clients }: Workspace, range: Range, key: string): Promise<string | null> {
  let cursor = '';
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const part = { ...range, ...(cursor === '' ? {} : { cursor }) };
    const answer =
      part.ts === undefined
        ? await clients.reads.conversations.history(part)
        : await clients.reads.conversations.replies({ ...part, ts: part.ts });
    const { messages, response_metadata } = History.parse(answer);
    const found = messages.find(({ metadata }) => metadata?.event_type === METADATA_TYPE && metadata.event_payload.key === key);
    if (found !== undefined) return found.ts;
    cursor = response_metadata?.next_cursor ?? '';
    if (cursor === '') return null;
  }
  return null;
}
