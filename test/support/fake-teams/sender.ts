// Teams' side of a delivery: signed activities to the bot's messaging endpoint, and the same bytes again.
import type { Issuer, TokenOptions } from './issuer.ts';

/** What the bot answered, and how long it took. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** Overrides for what a forger or a broken proxy would send. */
export interface DeliveryOptions {
  readonly token?: TokenOptions;
  /** Instead of `Bearer <token>`; '' sends no header. */
  readonly authorization?: string;
  /** Fields of the activity that are not as they should be. */
  readonly activity?: Readonly<Record<string, unknown>>;
}

export interface Sender {
  /** Where the bot takes activities: `http://127.0.0.1:4000/api/messages`. */
  target: string;
  activity(activity: Readonly<Record<string, unknown>>, options?: DeliveryOptions): Promise<Delivered>;
  raw(body: string, options?: DeliveryOptions): Promise<Delivered>;
  /** The last delivery again, byte for byte. */
  replay(): Promise<Delivered>;
}

export function createSender(issuer: Issuer, serviceUrl: string): Sender {
  let again: (() => Promise<Delivered>) | null = null;

  async function send(request: { url: string; body: string; headers: Record<string, string> }): Promise<Delivered> {
    again = () => send(request);
    const started = performance.now();
    const response = await fetch(request.url, {
      method: 'POST',
      body: request.body,
      headers: request.headers,
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.text(), ms: performance.now() - started };
  }

  const sender: Sender = {
    target: '',
    activity: (activity, options = {}) => sender.raw(JSON.stringify({ ...activity, ...options.activity }), options),
    async raw(body, { token = {}, authorization } = {}) {
      const { target } = sender;
      if (target === '') throw new Error('the stand-in does not know the bot: connect it first');
      const header = authorization ?? `Bearer ${await issuer.sign({ serviceUrl, ...token })}`;
      const headers = { 'content-type': 'application/json; charset=utf-8', ...(header === '' ? {} : { authorization: header }) };
      return send({ url: target, body, headers });
    },
    async replay() {
      if (again === null) throw new Error('nothing was delivered yet');
      return again();
    },
  };
  return sender;
}
