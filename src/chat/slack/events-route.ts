// POST /slack/events: commands, clicks and events over HTTP. Verifies, claims, hands over, and answers in time whatever happens.
// Bolt's own receivers accept timestamps in the future and replays, and refuse a charset in a form's content type.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HTTPModuleFunctions, isRawBodyError, isValidSlackRequest } from '@slack/bolt';
import { z } from 'zod';
import type { RawRoute } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Intake } from './intake.ts';
import { PATHS } from './registration.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;
/** Slack waits 3 s (docs.slack.dev/interactivity/handling-user-interaction). */
const ANSWER_WITHIN_MS = 2_500;
/** Clocks differ a little; a signature for later is somebody keeping one in stock. */
const MAX_AHEAD_S = 60;

interface EventsRouteOptions {
  readonly signingSecret: string;
  readonly intake: Intake;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export function eventsRoute(options: EventsRouteOptions): RawRoute {
  return { method: 'POST', path: PATHS.events, respond: (request, response) => respond(options, request, response) };
}

async function respond(
  { signingSecret, intake, log, now }: EventsRouteOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let taken = false;
  const answer = (status: number, content?: unknown): void => {
    if (!response.headersSent) send(response, status, content);
  };
  const deadline = setTimeout(() => answer(taken ? 200 : 503), ANSWER_WITHIN_MS);
  try {
    const raw = await readBody(request);
    if (typeof raw === 'number') return answer(raw);
    const refused = refusal(request, raw, { signingSecret, now: now() });
    const body = parseBody(request, raw);
    // Slack checks the certificate with an unsigned request. It gets its 200 and nothing else.
    if (body?.ssl_check === '1') return answer(200);
    if (refused !== '') {
      log.warn('request to the Slack path refused', { reason: refused });
      return answer(401);
    }
    if (body === null) return answer(400);
    if (body.type === 'url_verification') return answer(200, { challenge: String(body.challenge) });
    const outcome = await intake.take({
      body,
      token: header(request, 'x-slack-signature'),
      ...retryOf(request),
      ack: async (content: unknown) => answer(200, content),
      isTooLate: () => response.headersSent,
      onTaken: () => {
        taken = true;
      },
    });
    if (outcome === 'seen') log.info('Slack delivery seen before: not executed again', { retry: header(request, 'x-slack-retry-num') });
    answer(200);
  } catch (error) {
    log.error('Slack delivery failed', { reason: messageOf(error) });
    answer(taken ? 500 : 503);
  } finally {
    clearTimeout(deadline);
  }
}

async function readBody(request: IncomingMessage): Promise<string | 400 | 413> {
  try {
    const buffered = await HTTPModuleFunctions.bufferIncomingMessage(request, BODY_LIMIT_BYTES);
    return buffered.rawBody.toString('utf8');
  } catch (error) {
    if (!isRawBodyError(error)) throw error;
    return error.statusCode === 413 ? 413 : 400; // cut off, or shorter than announced
  }
}

/** Why the request is not from Slack, '' when it is. */
function refusal(request: IncomingMessage, body: string, by: { signingSecret: string; now: number }): string {
  const timestamp = header(request, 'x-slack-request-timestamp');
  const signature = header(request, 'x-slack-signature');
  if (!/^\d{1,12}$/.test(timestamp) || signature === '') return 'not signed';
  if (Number(timestamp) > by.now / 1_000 + MAX_AHEAD_S) return 'signed for the future';
  const headers = { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) };
  const valid = isValidSlackRequest({ signingSecret: by.signingSecret, body, headers, nowMilliseconds: by.now });
  return valid ? '' : 'signature is wrong or older than five minutes';
}

const JsonObject = z.record(z.string(), z.unknown());

/** The body as an object; null when it is not what its content type says. */
function parseBody(request: IncomingMessage, raw: string): Record<string, unknown> | null {
  const type = (header(request, 'content-type').split(';')[0] ?? '').trim().toLowerCase();
  if (type === 'application/json') return parseJson(raw);
  if (type !== 'application/x-www-form-urlencoded') return null;
  const form = new URLSearchParams(raw);
  const payload = form.get('payload'); // interactivity: JSON inside the form
  return payload === null ? Object.fromEntries(form) : parseJson(payload);
}

function parseJson(text: string): Record<string, unknown> | null {
  try {
    return JsonObject.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function retryOf(request: IncomingMessage): { retryNum?: number; retryReason?: string } {
  const number = header(request, 'x-slack-retry-num');
  return /^\d+$/.test(number) ? { retryNum: Number(number), retryReason: header(request, 'x-slack-retry-reason') } : {};
}

function header(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

function send(response: ServerResponse, status: number, content: unknown): void {
  const isText = typeof content === 'string';
  const body = content === undefined || content === '' ? '' : isText ? content : JSON.stringify(content);
  response.statusCode = status;
  if (body !== '') response.setHeader('content-type', isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8');
  // The rest of a body that is too large is not worth reading.
  if (status === 413) response.setHeader('connection', 'close');
  response.end(body);
}
