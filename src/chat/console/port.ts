// The console as the outbox sees it: messages are rows, and every open page hears of them.
import type { ChatPort } from '../../model/chat.ts';
import { ChatError, messageOf } from '../../model/errors.ts';
import type { Place } from '../../model/place.ts';
import type { Db } from '../../store/db.ts';
import type { Feed } from './feed.ts';
import { BOT_AUTHOR, findByKey, saveMessage, updateMessage } from './messages.ts';

interface ConsolePortOptions {
  readonly db: Db;
  readonly feed: Feed;
  /** True for the conversations there are: channels, and `@person` of everybody known. */
  knows(conversation: string): boolean;
}

export function createConsolePort({ db, feed, knows }: ConsolePortOptions): ChatPort {
  const mustKnow = (place: Place): void => {
    if (place.platform === 'console' && knows(place.conversation)) return;
    throw new ChatError(`the console has no conversation "${place.conversation}": add it to channels or people in picket.yaml`, {
      platform: 'console',
      failure: 'unreachable',
    });
  };

  return {
    platform: 'console',
    // A page draws one card in about a millisecond; this keeps a storm readable.
    limits: [{ count: 50, perMs: 1_000 }],
    post: async (place, card, { key }) => {
      mustKnow(place);
      const { message, isNew } = await guarded(() =>
        saveMessage(db, {
          key,
          conversation: place.conversation,
          thread: place.thread,
          visibleTo: place.person,
          author: BOT_AUTHOR,
          text: card.text,
          card: card.adaptive,
        }),
      );
      if (isNew) feed.publish(message);
      return { place, id: message.id };
    },
    update: async ({ place, id }, card) => {
      const message = await guarded(() =>
        updateMessage(db, { id, conversation: place.conversation, text: card.text, card: card.adaptive }),
      );
      if (message === null) return 'gone';
      feed.publish(message);
      return 'ok';
    },
    find: async (place, { key }) => {
      const message = await guarded(() => findByKey(db, { key, conversation: place.conversation }));
      return message === null ? null : { place, id: message.id };
    },
  };
}

// Posting is idempotent by its key, so a lost answer of the database is simply tried again.
async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ChatError(`the console could not save: ${messageOf(error)}`, {
      platform: 'console',
      failure: 'retry',
      retryAfterMs: 1_000,
      cause: error,
    });
  }
}
