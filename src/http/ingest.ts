// `POST /ingest/sentinel`: an incident is handed in by its source. The sender is verified over the raw bytes before anything is parsed,
// and is told 202 only after the incident was saved.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isRefusal, type Refusal } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import type { Deliveries } from './deliveries.ts';

export interface IngestOptions {
  /** Shared with the sender; '' refuses every delivery. */
  readonly secret: string;
  readonly deliveries: Deliveries;
  /** Saves the incident; resolves after the commit. */
  receive(body: unknown): Promise<{ readonly accepted: true; readonly incidentId: string } | Refusal>;
  readonly now: () => Date;
  readonly log: Log;
}

/** The route. Headers: `x-picket-timestamp` in Unix seconds, `x-picket-signature: v1=<hex of HMAC SHA-256 over "timestamp.body">`. */
export function ingestRoutes(options: IngestOptions): Hono {
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => problem(413, 'The body is larger than 1 MB.', 'Send one incident per request.'),
  });
  return new Hono().post('/ingest/sentinel', limit, async (context) => {
    const timestamp = context.req.header('x-picket-timestamp') ?? '';
    const signature = context.req.header('x-picket-signature') ?? '';
    const body = Buffer.from(await context.req.arrayBuffer());
    const refused = refuseSender(options, { timestamp, signature, body });
    if (refused !== null) {
      options.log.warn('delivery refused', { status: refused.status });
      return refused;
    }

    const key = `ingest:${signature}`;
    if (await options.deliveries.wasTaken(key)) {
      return problem(409, 'This delivery was taken before; nothing was done.', 'Sign every new delivery with the time it is sent.');
    }
    const parsed = parseJson(body);
    if (!parsed.ok) return problem(400, `The body is not JSON: ${parsed.error}.`, 'Send the incident as one JSON object in UTF-8.');
    const outcome = await options.receive(parsed.value);
    if (isRefusal(outcome)) return problem(422, outcome.why, outcome.remedy);
    await options.deliveries.remember(key, { forMs: 2 * WINDOW_MS });
    return context.json({ accepted: true, incidentId: outcome.incidentId }, 202);
  });
}

const MAX_BODY_BYTES = 1024 * 1024;
const WINDOW_MS = 5 * 60_000;

interface Delivery {
  readonly timestamp: string;
  readonly signature: string;
  readonly body: Uint8Array;
}

function refuseSender({ secret, now }: IngestOptions, { timestamp, signature, body }: Delivery): Response | null {
  if (secret === '') return problem(403, 'Deliveries are switched off.', 'Set PICKET_INGEST_SECRET here and at the sender.');
  if (!/^\d{1,12}$/.test(timestamp) || !/^v1=[0-9a-f]{64}$/.test(signature)) {
    return problem(401, 'The request is not signed.', 'Send x-picket-timestamp and x-picket-signature (v1=...).');
  }
  if (Math.abs(now().getTime() - Number(timestamp) * 1000) > WINDOW_MS) {
    return problem(401, 'The timestamp is more than 5 minutes off.', "Correct the sender's clock, and sign when sending.");
  }
  const expected = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
  if (!timingSafeEqual(expected, Buffer.from(signature.slice(3), 'hex'))) {
    return problem(401, 'The signature is wrong.', 'Use the secret in PICKET_INGEST_SECRET and sign the body byte by byte as it is sent.');
  }
  return null;
}

function parseJson(body: Uint8Array): { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: string } {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: error instanceof SyntaxError ? 'it cannot be parsed' : 'it is not UTF-8' };
  }
}

function problem(status: number, error: string, remedy: string): Response {
  return Response.json({ error, remedy }, { status });
}
