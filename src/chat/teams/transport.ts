// How botbuilder's connector reaches the network: one try with a time limit. botbuilder's own retries would post a card twice after a
// broken connection, so every answer that is not a success leaves here as an error that its retry policy does not know.
import type { ConnectorClientOptions } from 'botframework-connector';
import { z } from 'zod';

type Transport = NonNullable<ConnectorClientOptions['httpClient']>;
type Request = Parameters<Transport['sendRequest']>[0];
type Headers = Request['headers'];

/** The connector did not do as asked, or nobody knows. */
export class ConnectorFailure extends Error {
  /** 0 when no answer came. */
  readonly status: number;
  /** The connector's own word for it, '' when it said none. */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** False when the connection was never made, so that nothing can have been done. */
  readonly sent: boolean;
  constructor(message: string, given: { status: number; reason?: string; retryAfterMs?: number; sent: boolean; cause?: unknown }) {
    super(message, { cause: given.cause });
    this.name = 'ConnectorFailure';
    this.status = given.status;
    this.reason = given.reason ?? '';
    this.retryAfterMs = given.retryAfterMs;
    this.sent = given.sent;
  }
}

const TIMEOUT_MS = 15_000;
/** Somebody waits for what is read, and it can be asked for again. */
const READ_TIMEOUT_MS = 5_000;
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

export function createTransport(mayCall: (url: string) => boolean): Transport {
  return {
    async sendRequest(request) {
      if (!mayCall(request.url)) throw new ConnectorFailure('the address is not one of TEAMS_SERVICE_HOSTS', { status: 0, sent: false });
      const { response, body } = await send(request);
      if (response.status >= 400) throw refusal(response, body);
      return { request, status: response.status, headers: replaced(request.headers, response.headers), bodyAsText: body };
    },
  };
}

async function send({ url, method, headers, body }: Request): Promise<{ response: Response; body: string }> {
  try {
    const response = await fetch(url, {
      method,
      headers: headers.rawHeaders(),
      ...(typeof body === 'string' ? { body } : {}),
      redirect: 'error', // a redirect would carry the bot's token elsewhere
      signal: AbortSignal.timeout(method === 'GET' ? READ_TIMEOUT_MS : TIMEOUT_MS),
    });
    return { response, body: await response.text() };
  } catch (error) {
    const code = z.object({ cause: z.object({ code: z.string() }) }).safeParse(error).data?.cause.code ?? '';
    throw new ConnectorFailure(`no answer (${code || 'connection broken'})`, { status: 0, sent: !NEVER_SENT.has(code), cause: error });
  }
}

const Refusal = z.object({ error: z.object({ code: z.string().default(''), message: z.string().default('') }) });

function refusal(response: Response, body: string): ConnectorFailure {
  const { code, message } = Refusal.safeParse(parsed(body)).data?.error ?? { code: '', message: '' };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ConnectorFailure(`HTTP ${response.status} ${code} ${message}`.trim().slice(0, 300), {
    status: response.status,
    reason: code,
    sent: true,
    ...(Number.isFinite(retryAfter) && retryAfter >= 0 ? { retryAfterMs: retryAfter * 1_000 } : {}),
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null; // a proxy's page
  }
}

/** Headers in botbuilder's own kind of collection, of which only the request's is at hand. */
function replaced(like: Headers, by: Response['headers']): Headers {
  const headers = like.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  for (const [name, value] of by) headers.set(name, value);
  return headers;
}
