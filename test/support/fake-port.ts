// A chat platform in this process that is strict: it notes every call a real one would not have got, or would have
// refused, and `verify` throws them. Failures are asked for one by one and must be used up.
import type { ChatPort, RateLimit } from '../../src/model/chat.ts';
import { ChatError, type ChatFailure } from '../../src/model/errors.ts';
import type { MessageRef, Place, Platform } from '../../src/model/place.ts';
import type { Card } from '../../src/model/views.ts';

interface FakeMessage {
  readonly id: string;
  readonly place: Place;
  readonly key: string;
  /** Every version it showed, oldest first. */
  readonly texts: readonly string[];
}

/** A failure for the next call: thrown before it does anything, or after it was done (`after`). */
interface Fault {
  readonly on: 'post' | 'update' | 'find';
  readonly failure: ChatFailure;
  readonly after?: boolean;
  readonly retryAfterMs?: number;
}

export interface FakePort {
  readonly port: ChatPort;
  messages(): readonly FakeMessage[];
  /** What stands in a conversation now: the last text of each message. */
  standing(conversation: string): readonly string[];
  /** Calls so far, as `post C1`, `update C1`, `find C1`. */
  readonly calls: readonly string[];
  fail(fault: Fault): void;
  /** Every call in the conversation takes this long. */
  slow(conversation: string, ms: number): void;
  /** Someone deletes the message. */
  remove(id: string): void;
  /** Throws what was not as it must be. */
  verify(): void;
}

export function fakePort(options: {
  platform?: Platform;
  limits?: readonly RateLimit[];
  canFind?: boolean;
  conversations: readonly string[];
}): FakePort {
  const { platform = 'slack', limits = [], conversations } = options;
  const messages = new Map<string, FakeMessage>();
  const calls: string[] = [];
  const wrong: string[] = [];
  const faults: Fault[] = [];
  const delays = new Map<string, number>();
  const times = new Map<string, number[]>();
  const busy = new Set<string>();
  let next = 1;

  async function call<T>(on: Fault['on'], place: Place, act: () => T): Promise<T> {
    const { conversation } = place;
    calls.push(`${on} ${conversation}`);
    if (place.platform !== platform || !conversations.includes(conversation))
      wrong.push(`${on} in ${place.platform} ${conversation}, which nobody expected`);
    if (busy.has(conversation)) wrong.push(`two calls at once in ${conversation}`);
    if (on !== 'find') note(conversation);
    busy.add(conversation);
    await new Promise((resolve) => setTimeout(resolve, delays.get(conversation) ?? 0));
    busy.delete(conversation);
    const index = faults.findIndex((fault) => fault.on === on);
    const [fault] = index < 0 ? [] : faults.splice(index, 1);
    if (fault !== undefined && fault.after !== true) throw errorOf(fault);
    const result = act();
    if (fault !== undefined) throw errorOf(fault);
    return result;
  }

  function errorOf(fault: Fault): ChatError {
    const { failure, retryAfterMs } = fault;
    return new ChatError(`asked to answer ${failure}`, { platform, failure, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
  }

  function note(conversation: string): void {
    const now = Date.now();
    const earlier = times.get(conversation) ?? [];
    earlier.push(now);
    times.set(conversation, earlier);
    for (const { count, perMs } of limits) {
      const within = earlier.filter((at) => at > now - perMs).length;
      if (within > count) wrong.push(`${within} calls within ${perMs} ms in ${conversation}, ${count} are allowed`);
    }
  }

  const find = async (place: Place, wanted: { key: string; sinceMs: number }): Promise<MessageRef | null> =>
    call('find', place, () => {
      if (wanted.sinceMs > Date.now()) wrong.push('looked for a message of the future');
      const found = [...messages.values()].find((message) => message.key === wanted.key);
      return found === undefined ? null : { place: found.place, id: found.id };
    });

  const port: ChatPort = {
    platform,
    limits,
    post: async (place, card, { key }) =>
      call('post', place, () => {
        const id = `m${next++}`;
        messages.set(id, { id, place, key, texts: [card.text] });
        return { place, id };
      }),
    update: async (ref, card: Card) =>
      call('update', ref.place, () => {
        const message = messages.get(ref.id);
        if (message === undefined) return 'gone';
        messages.set(ref.id, { ...message, texts: [...message.texts, card.text] });
        return 'ok';
      }),
    ...(options.canFind === false ? {} : { find }),
  };
  return {
    port,
    calls,
    messages: () => [...messages.values()],
    standing: (conversation) =>
      [...messages.values()].filter((m) => m.place.conversation === conversation).map((m) => m.texts.at(-1) ?? ''),
    fail: (fault) => faults.push(fault),
    slow: (conversation, ms) => delays.set(conversation, ms),
    remove: (id) => messages.delete(id),
    verify: () => {
      const left = faults.map((fault) => `the failure of ${fault.on} was never asked for`);
      if (wrong.length + left.length > 0) throw new Error([...wrong, ...left].join('\n'));
    },
  };
}
