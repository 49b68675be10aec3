// A place may name a person (`U...`): Slack shows it in a channel `D...`. A click there names only that channel,
// so the place is kept beside it and comes back with the click.
import { z } from 'zod';
import type { Place } from '../../model/place.ts';
import type { SealedStore } from './sealed-store.ts';
import type { Workspace } from './workspaces.ts';

export interface DirectMessages {
  /** The channel to post to: the place's own, or the direct message with its person. */
  channelOf(workspace: Workspace, place: Place): Promise<string>;
  /** The place of a channel that a payload names. */
  placeOf(workspace: Workspace, at: { readonly channel: string; readonly thread: string }): Promise<Place>;
}

const Kept = z.object({ conversation: z.string(), person: z.string() });
const USER_ID = /^[UW][A-Z0-9]+$/;

export function createDirectMessages(store: SealedStore): DirectMessages {
  const channels = new Map<string, string>();
  return {
    async channelOf(workspace, { conversation, person }) {
      if (!USER_ID.test(conversation)) return conversation;
      const key = `${workspace.teamId}|${conversation}|${person}`;
      const known = channels.get(key);
      if (known !== undefined) return known;
      const opened = await workspace.clients.reads.conversations.open({ users: conversation });
      const channel = z.string().parse(opened.channel?.id);
      await store.set(keptKey(workspace, channel), { conversation, person });
      channels.set(key, channel);
      return channel;
    },
    async placeOf(workspace, { channel, thread }) {
      const kept = channel.startsWith('D') ? await store.get(keptKey(workspace, channel), Kept) : null;
      const { conversation, person } = kept ?? { conversation: channel, person: '' };
      return { platform: 'slack', tenant: workspace.teamId, conversation, thread, person };
    },
  };
}

const keptKey = (workspace: Workspace, channel: string): string => `slack:direct:${workspace.teamId}:${channel}`;
