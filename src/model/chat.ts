// The seam between the bot and a chat platform. The bot speaks in cards and replies; a platform knows how to show and verify.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from './person.ts';
import type { MessageRef, Place, Platform } from './place.ts';
import type { Card, Verb } from './views.ts';

/** At most `count` posts or edits in any `perMs` milliseconds, per place. */
export interface RateLimit {
  readonly count: number;
  readonly perMs: number;
}

/** What the outbox needs of a platform. Methods throw ChatError and nothing else. */
export interface ChatPort {
  readonly platform: Platform;
  readonly limits: readonly RateLimit[];
  /** Posts a new message. `key` is unique to this message: it is stored with it where the platform can. */
  post(place: Place, card: Card, options: { readonly key: string }): Promise<MessageRef>;
  /** Edits it in place. `gone`: deleted, or the bot was removed. */
  update(message: MessageRef, card: Card): Promise<'ok' | 'gone'>;
  /** Finds a message by its key after a post whose answer was lost. Absent where the platform cannot. */
  find?(place: Place, options: { readonly key: string; readonly sinceMs: number }): Promise<MessageRef | null>;
}

/** Someone typed a command. `text` is without the leading `/playbook` or mention on every platform: `run block-user alice`. */
export interface Command {
  /** `playbook`, later `entity`, `incident`. */
  readonly name: string;
  readonly text: string;
  readonly actor: Actor;
  readonly place: Place;
}

/** Someone pressed a button. */
export interface Click {
  readonly verb: Verb;
  readonly id: string;
  readonly choice: string;
  readonly actor: Actor;
  /** The message the button stands on, as the platform says; a copy that is not known yet is adopted by it. */
  readonly message: MessageRef;
}

/** What the person who typed or clicked is told. */
export interface Reply {
  /** `private`: only they see it (ephemeral, direct message). `public`: everybody in the place. */
  readonly visibility: 'private' | 'public';
  readonly card: Card;
}

/** What a platform hands its verified input to. Neither method throws: what goes wrong is in the Reply. */
export interface Bot {
  command(command: Command): Promise<Reply>;
  click(click: Click): Promise<Reply>;
}

/** A path of the shared port that a platform answers itself, body unread. */
export interface RawRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  respond(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** A platform, ready to be mounted on the shared port. */
export interface ChatPlatform {
  readonly port: ChatPort;
  readonly routes: readonly RawRoute[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Takes a delivery once: true the first time a key is seen, false for replays and retries, on all replicas. */
export type ClaimOnce = (key: string, options: { readonly forMs: number }) => Promise<boolean>;

/** What the `chat` connector asks of the outbox. Each call is durable when it returns; showing follows within the platform's limits. */
export interface ChatOutbox {
  /** Posts a message of a playbook once per `key`. */
  post(message: PlaybookMessage): Promise<{ readonly message: string }>;
  /** Replaces the content of a message posted before. */
  update(message: { readonly message: string; readonly title: string; readonly text: string }): Promise<void>;
  /** Ensures that the incident's one card stands in the channel. */
  postIncident(request: { readonly incidentId: string; readonly channel: string }): Promise<{ readonly card: string }>;
}

export interface PlaybookMessage {
  readonly key: string;
  /** Name of a channel in `picket.yaml`, or empty when replying. */
  readonly channel: string;
  /** A message posted before, or the card of an incident: answer in its thread. '' for a message of its own. */
  readonly replyTo: string;
  readonly title: string;
  readonly text: string;
}
