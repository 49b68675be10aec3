// Slack's side of a delivery: signed commands, clicks and events to the app's request URL, and the same bytes again.
import { createHmac } from 'node:crypto';

/** What the app answered, and how long it took. */
export interface Delivered {
  readonly status: number;
  readonly body: string;
  readonly ms: number;
}

/** Overrides for what a forger or a broken proxy would send. */
export interface DeliveryOptions {
  readonly signingSecret?: string;
  /** Seconds since the epoch. */
  readonly timestamp?: number;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes the body after it was signed. */
  readonly tamper?: (body: string) => string;
  /** Leaves the signature out. */
  readonly unsigned?: boolean;
}

export interface Sender {
  /** Where the app takes deliveries: `http://127.0.0.1:4000/slack/events`. */
  target: string;
  form(fields: Readonly<Record<string, string>>, options?: DeliveryOptions): Promise<Delivered>;
  json(body: object, options?: DeliveryOptions): Promise<Delivered>;
  raw(body: string, contentType: string, options?: DeliveryOptions): Promise<Delivered>;
  /** The last delivery again, byte for byte. */
  replay(): Promise<Delivered>;
}

export function createSender(signingSecret: string): Sender {
  let last: { url: string; body: string; headers: Record<string, string> } | null = null;

  async function send(request: { url: string; body: string; headers: Record<string, string> }): Promise<Delivered> {
    last = request;
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
    async raw(body, contentType, options = {}) {
      if (sender.target === '') throw new Error('the stand-in does not know the app: set sender.target first');
      const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1_000));
      const signature = `v0=${createHmac('sha256', options.signingSecret ?? signingSecret)
        .update(`v0:${timestamp}:${body}`)
        .digest('hex')}`;
      const signed: Record<string, string> =
        options.unsigned === true ? {} : { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
      const headers = { 'content-type': options.contentType ?? contentType, ...signed, ...options.headers };
      return send({ url: sender.target, body: options.tamper === undefined ? body : options.tamper(body), headers });
    },
    form: (fields, options) => sender.raw(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded', options),
    json: (body, options) => sender.raw(JSON.stringify(body), 'application/json', options),
    async replay() {
      if (last === null) throw new Error('nothing was delivered yet');
      return send(last);
    },
  };
  return sender;
}
