// Posting and editing. Teams keeps no key with a message and has no search, so a post whose answer was lost cannot be looked up:
// it may stand twice, and a click on the second copy adopts it.
import type { ChatPort } from '../../model/chat.ts';
import type { Place } from '../../model/place.ts';
import type { Connector, Seam } from './adapter.ts';
import { isGone, toChatError, toRepeatableError } from './chat-errors.ts';
import type { DirectChats } from './direct-chats.ts';
import { toActivity } from './messages.ts';
import { conversationOf, isChannel, isDirect } from './places.ts';
import type { References } from './references.ts';

/** learn.microsoft.com, rate limits per bot and thread: send to and create conversation. */
const LIMITS = [
  { count: 7, perMs: 1_000 },
  { count: 8, perMs: 2_000 },
  { count: 60, perMs: 30_000 },
  { count: 1_800, perMs: 3_600_000 },
] as const;

export function teamsPort(options: { seam: Seam; references: References; direct: DirectChats }): ChatPort {
  const { seam, references, direct } = options;

  async function reach(place: Place): Promise<{ connector: Connector; conversation: string }> {
    if (isDirect(place)) return direct.reach(place.tenant, place.conversation);
    const serviceUrl = await references.serviceUrlOf(place.tenant, place.conversation);
    return { connector: await seam.connectorAt(serviceUrl), conversation: conversationOf(place) };
  }

  return {
    platform: 'teams',
    limits: LIMITS,

    async post(place, card) {
      const activity = toActivity(card);
      const { connector, conversation } = await reach(place);
      // A click there names the account alone: whom the copy is for comes back with it.
      if (isDirect(place) && place.person !== '') await references.savePerson(place.tenant, place.conversation, place.person);
      try {
        const id =
          isChannel(place.conversation) && place.thread === ''
            ? await connector.startThread({ tenant: place.tenant, channel: place.conversation }, activity)
            : await connector.send(conversation, activity);
        return { place, id };
      } catch (error) {
        throw toChatError(error, `post in ${place.conversation}`);
      }
    },

    async update({ place, id }, card) {
      const activity = toActivity(card);
      const { connector, conversation } = await reach(place);
      try {
        await connector.edit(conversation, id, activity);
        return 'ok';
      } catch (error) {
        if (isGone(error)) return 'gone';
        throw toRepeatableError(error, `edit ${id} in ${place.conversation}`);
      }
    },
  };
}
