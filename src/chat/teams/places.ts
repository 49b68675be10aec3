// Conversations of Teams as places, and back. A channel's id carries the thread: `19:...@thread.tacv2;messageid=<root>`.
// The chat with one person is named by their Entra object id, for the id Teams gives that chat says nothing to anybody else.
import type { Place } from '../../model/place.ts';
import type { TeamsActivity } from './payloads.ts';

const THREAD = /^(.*?);messageid=([^;]*)/;
const CHANNEL = /@thread\.(?:tacv2|skype)$/;
const OBJECT_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The conversation without its thread. */
export function baseOf(conversation: string): string {
  return THREAD.exec(conversation)?.[1] ?? conversation;
}

/** True for a place that is the chat with one person. */
export function isDirect(place: Place): boolean {
  return OBJECT_ID.test(place.conversation);
}

/** True for a channel of a team, where messages start threads; group chats have none. */
export function isChannel(conversation: string): boolean {
  return CHANNEL.test(conversation);
}

/** Where the connector is told to write. */
export function conversationOf({ conversation, thread }: Place): string {
  return thread !== '' && isChannel(conversation) ? `${conversation};messageid=${thread}` : conversation;
}

export function isPersonal({ conversation }: TeamsActivity): boolean {
  return conversation.conversationType === 'personal' || conversation.id.startsWith('a:');
}

export function tenantOf({ conversation, channelData }: TeamsActivity): string {
  return conversation.tenantId || channelData.tenant;
}

/** The place of an activity that is about `message`: its own id, or that of the card under a button. The root of a thread is not in it. */
export function placeOf(activity: TeamsActivity, about: { readonly message: string; readonly person: string }): Place {
  const own = { platform: 'teams', tenant: tenantOf(activity) } as const;
  if (isPersonal(activity)) {
    return { ...own, conversation: activity.from.aadObjectId || activity.conversation.id, thread: '', person: about.person };
  }
  const root = THREAD.exec(activity.conversation.id)?.[2] ?? '';
  return { ...own, conversation: baseOf(activity.conversation.id), thread: root === about.message ? '' : root, person: '' };
}
