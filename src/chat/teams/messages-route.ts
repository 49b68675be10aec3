// POST /api/messages: reads the body, asks the seam who sent it, and answers in time whatever happens. Nothing of why a request was
// refused leaves this process.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawRoute } from '../../model/chat.ts';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Intake } from './activities.ts';
import type { Answer, Seam } from './adapter.ts';
import { PATH } from './registration.ts';

const BODY_LIMIT_BYTES = 1024 * 1024;

interface MessagesRouteOptions {
  readonly seam: Seam;
  readonly intake: Intake;
  readonly log: Log;
}

export function messagesRoute({ seam, intake, log }: MessagesRouteOptions): RawRoute {
  async function answer(request: IncomingMessage): Promise<Answer> {
    const received = performance.now();
    const { authorization = '' } = request.headers;
    if (authorization === '') return { status: 401 };
    const raw = await readBody(request);
    if (typeof raw === 'number') return { status: raw };
    const body = parseJson(raw);
    if (body === null) return { status: 400 };
    return seam.take(body, authorization, ({ countsForMs }) =>
      intake.take(body, { elapsedMs: performance.now() - received, rememberMs: countsForMs + MARGIN_MS }),
    );
  }
  return {
    method: 'POST',
    path: PATH,
    async respond(request, response) {
      try {
        send(response, await answer(request));
      } catch (error) {
        log.error('Teams delivery failed', { reason: messageOf(error) });
        send(response, { status: 503 });
      }
    },
  };
}

/** No replay outlives its claim: clocks of replicas differ. */
const MARGIN_MS = 60_000;

/** The body, or the status that refuses it: 413 too large, 400 cut off. */
async function readBody(request: IncomingMessage): Promise<Buffer | 400 | 413> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The connection is still needed for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Buffer)) return 400;
      length += chunk.length;
      if (length > BODY_LIMIT_BYTES) return 413;
      chunks.push(chunk);
    }
  } catch {
    return 400;
  }
  return Buffer.concat(chunks);
}

/** An object, or null for anything else. */
function parseJson(raw: Buffer): object | null {
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  // The rest of a body that is too large is not worth reading.
  if (status === 413) response.setHeader('connection', 'close');
  if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body));
}
