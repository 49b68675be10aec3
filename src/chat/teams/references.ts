// How to reach a conversation again: the newest service address seen for it, and for a person the chat they have with the bot.
// Saved with every verified activity, because Teams moves conversations between regions without telling.
import { z } from 'zod';
import type { Endpoints } from './endpoints.ts';
import type { TeamsActivity } from './payloads.ts';
import { baseOf, isPersonal, tenantOf } from './places.ts';

/** Where references are kept; Keyv fits. `ttlMs` is milliseconds. */
export interface KeyValue {
  get(key: string): Promise<unknown>;
  set(key: string, value: string, ttlMs?: number): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** The chat of one person with the bot. */
export interface Chat {
  readonly serviceUrl: string;
  readonly conversation: string;
}

export interface References {
  /** Saves what this activity tells. */
  remember(activity: TeamsActivity): Promise<void>;
  /** The bot was taken out of this conversation. */
  forget(activity: TeamsActivity): Promise<void>;
  chatWith(tenant: string, user: string): Promise<Chat | null>;
  saveChat(tenant: string, user: string, chat: Chat): Promise<void>;
  /** The service address for a conversation: its own, its tenant's, or the one that serves everybody. */
  serviceUrlOf(tenant: string, conversation: string): Promise<string>;
  /** Whom copies in the chat with this account are for (`Place.person`), '' when nothing was said. */
  personOf(tenant: string, user: string): Promise<string>;
  savePerson(tenant: string, user: string, person: string): Promise<void>;
}

const Address = z.object({ serviceUrl: z.string() });
const Chat = z.object({ serviceUrl: z.string(), conversation: z.string() });
const Person = z.object({ person: z.string() });

export function createReferences(values: KeyValue, { mayCall, defaultServiceUrl }: Endpoints): References {
  async function read<T>(key: string, schema: z.ZodType<T>): Promise<T | null> {
    const text = await values.get(key);
    return typeof text === 'string' ? (schema.safeParse(JSON.parse(text)).data ?? null) : null;
  }
  /** Read first: most activities tell nothing new. */
  async function save(key: string, value: object): Promise<void> {
    const text = JSON.stringify(value);
    if ((await values.get(key)) !== text) await values.set(key, text);
  }
  /** An address that was allowed once may not be any more. */
  async function address(key: string): Promise<string | null> {
    const found = await read(key, Address);
    return found !== null && mayCall(found.serviceUrl) ? found.serviceUrl : null;
  }

  return {
    async remember(activity) {
      const { serviceUrl, conversation, from } = activity;
      const tenant = tenantOf(activity);
      await save(tenantKey(tenant), { serviceUrl });
      if (!isPersonal(activity)) await save(conversationKey(tenant, baseOf(conversation.id)), { serviceUrl });
      else if (from.aadObjectId !== '') await save(chatKey(tenant, from.aadObjectId), { serviceUrl, conversation: conversation.id });
    },
    async forget(activity) {
      const tenant = tenantOf(activity);
      if (!isPersonal(activity)) await values.delete(conversationKey(tenant, baseOf(activity.conversation.id)));
      else if (activity.from.aadObjectId !== '') await values.delete(chatKey(tenant, activity.from.aadObjectId));
    },
    async chatWith(tenant, user) {
      const chat = await read(chatKey(tenant, user), Chat);
      return chat !== null && mayCall(chat.serviceUrl) ? chat : null;
    },
    saveChat: (tenant, user, { serviceUrl, conversation }) => save(chatKey(tenant, user), { serviceUrl, conversation }),
    async serviceUrlOf(tenant, conversation) {
      return (await address(conversationKey(tenant, conversation))) ?? (await address(tenantKey(tenant))) ?? defaultServiceUrl;
    },
    personOf: async (tenant, user) => (await read(personKey(tenant, user), Person))?.person ?? '',
    savePerson: (tenant, user, person) => save(personKey(tenant, user), { person }),
  };
}

const tenantKey = (tenant: string): string => `teams:tenant:${tenant}`;
const conversationKey = (tenant: string, conversation: string): string => `teams:conversation:${tenant}:${conversation}`;
const chatKey = (tenant: string, user: string): string => `teams:chat:${tenant}:${user}`;
const personKey = (tenant: string, user: string): string => `teams:person:${tenant}:${user}`;
