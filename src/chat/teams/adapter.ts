// The seam to botbuilder: verified activities come in as plain data, five calls go out. Only authentication.ts knows it as well.
import { type Activity, CloudAdapter, type ConversationParameters } from 'botbuilder';
import { AuthenticationError, ClaimsIdentity, type ConnectorClient } from 'botframework-connector';
import { z } from 'zod';
import type { AccessTokens } from './access-token.ts';
import type { TeamsAuthentication } from './authentication.ts';
import { BOT_FRAMEWORK } from './endpoints.ts';
import { CLOCK_TOLERANCE_S } from './token-check.ts';
import { ConnectorFailure } from './transport.ts';

/** What the sender of an activity is answered. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
}

/** An activity as it is sent: a message with a card or a text. */
export type OutgoingActivity = Pick<Partial<Activity>, 'attachments' | 'summary' | 'text' | 'textFormat'> & { readonly type: 'message' };

/** What is asked of the Bot Connector at one service address. Throws ConnectorFailure or ChatError. */
export interface Connector {
  /** A new thread in a channel. Answers the id of its first message. */
  startThread(at: { readonly tenant: string; readonly channel: string }, activity: OutgoingActivity): Promise<string>;
  /** The chat with one person, which exists at most once. `user` is an Entra object id or the id Teams gave them for this bot. */
  openChat(at: { readonly tenant: string; readonly user: string }): Promise<string>;
  /** Answers the id of the message. */
  send(conversation: string, activity: OutgoingActivity): Promise<string>;
  edit(conversation: string, message: string, activity: OutgoingActivity): Promise<void>;
  /** Somebody's entry in the roster, as Teams gives it. */
  member(conversation: string, user: string): Promise<unknown>;
}

export interface Seam {
  /**
   * Authenticates the activity and gives it to `logic`; 401 without a reason for whatever is not from Teams. `countsForMs`: how long
   * the same request would be let in again. Throws what `logic` throws.
   */
  take(activity: unknown, authorization: string, logic: (token: { readonly countsForMs: number }) => Promise<Answer>): Promise<Answer>;
  connectorAt(serviceUrl: string): Promise<Connector>;
}

class Adapter extends CloudAdapter {
  /** `process` would print every failure to the console and tell the sender why. */
  async take(activity: Activity, authorization: string, logic: (endsAt: number) => Promise<Answer>): Promise<Answer> {
    let answer: Answer = { status: 200 };
    await this.processActivity(authorization, activity, async ({ turnState }) => {
      const identity = turnState.get<ClaimsIdentity>(this.BotIdentityKey);
      answer = await logic(Number(identity?.getClaimValue('exp') ?? 0) * 1_000);
    });
    return answer;
  }
}

interface SeamOptions {
  readonly authentication: TeamsAuthentication;
  readonly appId: string;
  readonly tokens: AccessTokens;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function createSeam({ authentication, appId, tokens, now }: SeamOptions): Seam {
  const adapter = new Adapter(authentication);
  const factory = authentication.createConnectorFactory(new ClaimsIdentity([{ type: 'aud', value: appId }], true));
  const connectors = new Map<string, Promise<Connector>>();

  return {
    async take(activity, authorization, logic) {
      if (!isActivity(activity)) return { status: 401 };
      try {
        return await adapter.take(activity, authorization, (endsAt) => logic({ countsForMs: endsAt - now() + CLOCK_TOLERANCE_S * 1_000 }));
      } catch (error) {
        if (error instanceof AuthenticationError) return { status: 401 };
        throw error;
      }
    },
    connectorAt(serviceUrl) {
      const known =
        connectors.get(serviceUrl) ?? factory.create(serviceUrl, BOT_FRAMEWORK).then((client) => connectorOf(client, { appId, tokens }));
      connectors.set(serviceUrl, known);
      return known;
    },
  };
}

/** Enough for the checks: authentication looks at the rest as unknown data. */
function isActivity(value: unknown): value is Activity {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const Created = z.object({ id: z.string().min(1), activityId: z.string().default('') });
const Sent = z.object({ id: z.string().min(1) });

function connectorOf({ conversations }: ConnectorClient, { appId, tokens }: { appId: string; tokens: AccessTokens }): Connector {
  const bot = { id: `28:${appId}`, name: 'Picket' };

  /** A token may end before its time: 401 says that nothing was done. */
  async function call<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConnectorFailure) || error.status !== 401) throw error;
      tokens.forget();
      return work();
    }
  }

  async function create(given: object): Promise<z.infer<typeof Created>> {
    const parameters = { bot, ...given };
    if (!isConversation(parameters)) throw new TypeError('a conversation needs its kind');
    return Created.parse(await call(() => conversations.createConversation(parameters)));
  }

  return {
    async startThread({ tenant, channel }, activity) {
      const channelData = { channel: { id: channel }, tenant: { id: tenant } };
      const { id, activityId } = await create({ isGroup: true, tenantId: tenant, channelData, activity });
      // The conversation of a new thread is named after its first message.
      return activityId || (/;messageid=([^;]+)/.exec(id)?.[1] ?? id);
    },
    async openChat({ tenant, user }) {
      const channelData = { tenant: { id: tenant } };
      return (await create({ isGroup: false, tenantId: tenant, channelData, members: [{ id: user }] })).id;
    },
    async send(conversation, activity) {
      return Sent.parse(await call(() => conversations.sendToConversation(conversation, { ...activity }))).id;
    },
    async edit(conversation, message, activity) {
      await call(() => conversations.updateActivity(conversation, message, { ...activity, id: message }));
    },
    member: (conversation, user) => call(() => conversations.getConversationMember(conversation, user)),
  };
}

/** The type asks for fields that the service does not: members or an activity, never both. */
function isConversation(value: object): value is ConversationParameters {
  return 'isGroup' in value && ('members' in value || 'activity' in value);
}
