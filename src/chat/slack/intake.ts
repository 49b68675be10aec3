// Every delivery goes through here, from HTTP and from the socket alike: taken once, then given to Bolt's listeners.
import type { App, ReceiverEvent } from '@slack/bolt';
import { z } from 'zod';
import type { ClaimOnce } from '../../model/chat.ts';

export interface Delivery {
  readonly body: Record<string, unknown>;
  /** Unique to this delivery when the body itself is not: the signature, the envelope's id. */
  readonly token: string;
  readonly retryNum?: number;
  readonly retryReason?: string;
  readonly ack: ReceiverEvent['ack'];
  /** True once the sender was told that nothing was done: then nothing may be done. */
  isTooLate(): boolean;
  /** Called when the delivery is taken, before anything is done. */
  onTaken(): void;
}

export interface Intake {
  /** Resolves when the delivery was dealt with. `seen` is a replay or a retry, `late` was given up before it began. */
  take(delivery: Delivery): Promise<'done' | 'seen' | 'late'>;
  /** Resolves when nothing is being dealt with any more, at the latest after `withinMs`. */
  settle(withinMs: number): Promise<void>;
}

/** Twice the span in which a signature counts (five minutes back, one ahead), so that no replay outlives its claim. */
const REMEMBER_MS = 12 * 60_000;

const Event = z.object({ type: z.literal('event_callback'), event_id: z.string().min(1), team_id: z.string().default('') });

export function createIntake(app: App, claim: ClaimOnce): Intake {
  const underWay = new Set<Promise<unknown>>();

  async function take(delivery: Delivery): Promise<'done' | 'seen' | 'late'> {
    if (!(await claim(keyOf(delivery), { forMs: REMEMBER_MS }))) return 'seen';
    if (delivery.isTooLate()) return 'late';
    delivery.onTaken();
    await app.processEvent({
      body: delivery.body,
      ack: delivery.ack,
      ...(delivery.retryNum === undefined ? {} : { retryNum: delivery.retryNum }),
      ...(delivery.retryReason === undefined ? {} : { retryReason: delivery.retryReason }),
    });
    return 'done';
  }

  return {
    async take(delivery) {
      const work = take(delivery);
      underWay.add(work);
      try {
        return await work;
      } finally {
        underWay.delete(work);
      }
    },
    async settle(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([Promise.allSettled(underWay), limit]);
      clearTimeout(timer);
    },
  };
}

/** A retried event carries the same id under another signature. */
function keyOf(delivery: Delivery): string {
  const event = Event.safeParse(delivery.body);
  return event.success ? `slack:event:${event.data.team_id}:${event.data.event_id}` : `slack:delivery:${delivery.token}`;
}
