// News for open pages, as server-sent events. A page that was away reads the conversation again, so nothing is kept here.
import { type ConsoleMessage, maySee } from './messages.ts';

export interface Feed {
  publish(message: ConsoleMessage): void;
  /** The stream of one page. It ends when the page goes away or the console closes. */
  subscribe(person: string): Response;
  close(): void;
}

interface Subscriber {
  readonly person: string;
  send(event: string): void;
  end(): void;
}

export function createFeed(): Feed {
  const subscribers = new Set<Subscriber>();
  return {
    publish: (message) => {
      const event = `event: message\ndata: ${JSON.stringify(message)}\n\n`;
      for (const subscriber of subscribers) if (maySee(message, subscriber.person)) subscriber.send(event);
    },
    subscribe: (person) => {
      const encoder = new TextEncoder();
      let leave = (): void => undefined;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          // A comment now and then tells a dead connection from a quiet one.
          const beat = setInterval(() => subscriber.send(': still here\n\n'), BEAT_MS);
          const subscriber: Subscriber = {
            person,
            send: (event) => controller.enqueue(encoder.encode(event)),
            end: () => {
              leave();
              controller.close();
            },
          };
          leave = () => {
            clearInterval(beat);
            subscribers.delete(subscriber);
          };
          subscribers.add(subscriber);
          subscriber.send(`retry: ${RETRY_MS}\nevent: hello\ndata: {}\n\n`);
        },
        cancel: () => leave(),
      });
      return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
    },
    close: () => {
      for (const subscriber of subscribers) subscriber.end();
    },
  };
}

const BEAT_MS = 20_000;
const RETRY_MS = 1_000;
