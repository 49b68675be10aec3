// E-mail as a place: an approval is posted once per person and never edited; the page behind its links tells what became of it.
import type { Mailer } from '../connectors/email/mailer.ts';
import type { ChatPort } from '../model/chat.ts';
import { ActionError, ChatError, messageOf } from '../model/errors.ts';

/** A mail server takes more; this keeps one person's mailbox readable in a storm. */
const LIMITS = [{ count: 10, perMs: 1_000 }] as const;

export function createMailPort(mailer: Mailer | null): ChatPort {
  return {
    platform: 'email',
    limits: LIMITS,
    post: async (place, card, { key }) => {
      if (mailer === null) throw failed('e-mail is not configured: set SMTP_HOST and SMTP_FROM', 'unreachable');
      if (card.mail === undefined) throw failed('there is no mail to send for this card', 'refused');
      const messageId = mailer.messageIdOf(key);
      try {
        await mailer.send({ ...card.mail, to: place.conversation, messageId });
      } catch (error) {
        // The Message-ID stays the same, so a mail that was sent after all is shown once by most mailboxes.
        const retry = error instanceof ActionError && error.retryable;
        throw failed(messageOf(error), retry ? 'retry' : 'unreachable', error);
      }
      return { place, id: messageId };
    },
    update: async () => 'ok',
  };
}

function failed(message: string, failure: ChatError['failure'], cause?: unknown): ChatError {
  return new ChatError(message, { platform: 'email', failure, cause });
}
