// Sends one request and reads the whole answer, bounded. Two ways: fetch, and node:http(s) where the peer's certificate or address must be chosen.
// Redirects are never followed: a credential must not travel to another address.

import { type IncomingHttpHeaders, type RequestOptions, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

export interface WireRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
  /** Bytes; a longer answer is an error. */
  readonly maxBytes: number;
}

export interface WireAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Rejects with whatever the network gave; `AnswerTooLong` when the answer exceeds `maxBytes`. */
export type Send = (url: URL, request: WireRequest) => Promise<WireAnswer>;

export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`the answer is longer than ${maxBytes} bytes`);
  }
}

export const sendByFetch: Send = async (url, { method, headers, body, signal, maxBytes }) => {
  const response = await fetch(url, { method, headers, body: body ?? null, signal, redirect: 'manual' });
  const text = response.body === null ? '' : await readAll(response.body, maxBytes);
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
};

/** `ca`: PEM of the only authority trusted. `address`: connect there, whatever the name resolves to by now. */
export function sendByNode(options: { readonly ca?: string; readonly address?: string }): Send {
  const pinned: RequestOptions = options.address === undefined ? {} : { lookup: lookupOf(options.address), agent: false };
  const trust = options.ca === undefined ? {} : { ca: options.ca };
  return (url, { method, headers, body, signal, maxBytes }) =>
    new Promise((resolve, reject) => {
      const open = url.protocol === 'https:' ? requestHttps : requestHttp;
      const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
      const sent = open(url, { method, headers: { ...headers, ...length }, signal, ...pinned, ...trust }, (response) => {
        readAll(response, maxBytes)
          .then((text) => {
            resolve({ status: response.statusCode ?? 0, headers: headersOf(response.headers), text });
          })
          .catch((error: unknown) => {
            response.destroy();
            reject(error instanceof Error ? error : new Error(String(error)));
          });
      });
      sent.on('error', reject);
      sent.end(body);
    });
}

function headersOf(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) flat[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return flat;
}

function lookupOf(address: string): LookupFunction {
  const family = isIP(address);
  return (_host, options, callback) => (options.all === true ? callback(null, [{ address, family }]) : callback(null, address, family));
}

async function readAll(body: AsyncIterable<unknown>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.byteLength;
    if (length > maxBytes) throw new AnswerTooLong(maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
