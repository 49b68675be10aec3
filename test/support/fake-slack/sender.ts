// Slack's side of a delivery: signed commands, clicks and events to the app's request URL, and the same bytes again.
import { createHmac, randomUUID } from 'node:crypto';
import type { FakeSocket } from './socket.ts';

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
  /** Deliver over Socket Mode instead of HTTP. */
  socket: FakeSocket | null;
  form(fields: Readonly<Record<string, string>>, options?: DeliveryOptions): Promise<Delivered>;
  json(body: object, options?: DeliveryOptions): Promise<Delivered>;
  raw(body: string, contentType: string, options?: DeliveryOptions): Promise<Delivered>;
  /** The last delivery again, byte for byte; over HTTP it goes to the target of now. */
  replay(): Promise<Delivered>;
}

export function createSender(signingSecret: string): Sender {
  let again: (() => Promise<Delivered>) | null = null;

  async function send(request: { url: string; body: string; headers: Record<string, string> }): Promise<Delivered> {
    again = () => send({ ...request, url: sender.target });
    const started = performance.now();
    const response = await fetch(request.url, {
      method: 'POST',
      body: request.body,
      headers: request.headers,
      signal: AbortSignal.timeout(10_000),
    });
    return { status: response.status, body: await response.text(), ms: performance.now() - started };
  }

  async function overSocket(socket: FakeSocket, type: Parameters<FakeSocket['deliver']>[0], payload: object): Promise<Delivered> {
    const envelopeId = randomUUID();
    again = () => socket.deliver(type, payload, envelopeId);
    return again();
  }

  const sender: Sender = {
    target: '',
    socket: null,
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
    form(fields, options) {
      const { socket } = sender;
      const { payload } = fields;
      if (socket !== null)
        return payload === undefined
          ? overSocket(socket, 'slash_commands', fields)
          : overSocket(socket, 'interactive', JSON.parse(payload));
      return sender.raw(new URLSearchParams(fields).toString(), 'application/x-www-form-urlencoded', options);
    },
    json: (body, options) =>
      sender.socket === null
        ? sender.raw(JSON.stringify(body), 'application/json', options)
        : overSocket(sender.socket, 'events_api', body),
    async replay() {
      if (again === null) throw new Error('nothing was delivered yet');
      return again();
    },
  };
  return sender;
}
