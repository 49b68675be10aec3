// Where something is shown, and how to find it again.

export type Platform = 'slack' | 'teams' | 'console' | 'email';

/** Where something is posted. Plain data: it is saved, compared by `placeKey`, and sent between replicas. */
export interface Place {
  readonly platform: Platform;
  /** Slack team id, Entra tenant id, `local` for the console, '' for e-mail. */
  readonly tenant: string;
  /** Channel or conversation id; for e-mail the recipient's address; for a direct message on the console `@person`. */
  readonly conversation: string;
  /** Thread: Slack `thread_ts`, Teams root activity id; '' for none. */
  readonly thread: string;
  /** The one person this copy is for (e-mail, direct message), '' when it is for all who see the place. */
  readonly person: string;
}

/** Identity of a place. */
export function placeKey(place: Place): string {
  return [place.platform, place.tenant, place.conversation, place.thread, place.person].join('|');
}

/** A message that stands somewhere: Slack `ts`, Teams activity id, console message id, e-mail Message-ID. */
export interface MessageRef {
  readonly place: Place;
  readonly id: string;
}
