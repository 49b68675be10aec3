// The chat with one person: the one kept from their own messages or the installation, else opened by their Entra object id.
import type { Connector, OutgoingActivity, Seam } from './adapter.ts';
import { toRepeatableError } from './chat-errors.ts';
import type { References } from './references.ts';

export interface DirectChats {
  /** Where to write to this person. Throws ChatError. */
  reach(tenant: string, user: string): Promise<{ readonly connector: Connector; readonly conversation: string }>;
  /** Writes to this person. Throws ConnectorFailure or ChatError. */
  send(tenant: string, user: string, activity: OutgoingActivity): Promise<void>;
}

export function createDirectChats(seam: Seam, references: References): DirectChats {
  async function reach(tenant: string, user: string): ReturnType<DirectChats['reach']> {
    try {
      const kept = await references.chatWith(tenant, user);
      if (kept !== null) return { connector: await seam.connectorAt(kept.serviceUrl), conversation: kept.conversation };
      const serviceUrl = await references.serviceUrlOf(tenant, '');
      const connector = await seam.connectorAt(serviceUrl);
      // Opening it again gives the same chat, so a lost answer does no harm.
      const conversation = await connector.openChat({ tenant, user });
      await references.saveChat(tenant, user, { serviceUrl, conversation });
      return { connector, conversation };
    } catch (error) {
      throw toRepeatableError(error, `open the chat with ${user}`);
    }
  }
  return {
    reach,
    async send(tenant, user, activity) {
      const { connector, conversation } = await reach(tenant, user);
      await connector.send(conversation, activity);
    },
  };
}
