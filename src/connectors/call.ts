// What a connector says when it makes a call, and when it opens its client.
import type { z } from 'zod';
import type { Log } from '../model/log.ts';
import type { Send } from './wire.ts';

/** Milliseconds, unless it counts. */
export interface Timing {
  /** One attempt, from the first byte sent to the last received. */
  readonly attemptMs: number;
  /** Attempts after the first. */
  readonly retries: number;
  /** First pause; doubles with every attempt, with jitter. */
  readonly pauseMs: number;
  /** A Retry-After beyond this is left to the engine, which waits without holding anything. */
  readonly maxPauseMs: number;
  /** Failures in a row that open the breaker, and how long it stays open. */
  readonly breakAfter: number;
  readonly breakMs: number;
  /** How long something that the target does later is followed, and how often it is looked at. */
  readonly followMs: number;
  readonly lookMs: number;
}

export interface HttpClientOptions {
  readonly connector: string;
  /** What people call the system: `ServiceNow`. */
  readonly system: string;
  readonly baseUrl: string;
  /** The settings an operator would have to correct, for messages: `SERVICENOW_URL`, `SERVICENOW_USER and SERVICENOW_PASSWORD`. */
  readonly settings: { readonly address: string; readonly credential: string };
  /** Headers that prove who we are; called for every attempt. */
  authorize(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Forgets a credential that was refused; the call is then tried once more. Absent: a 401 is final. */
  reauthorize?(): void;
  /** The vendor's own words in an error body, '' when it has none. */
  explain?(body: unknown): string;
  readonly log: Log;
  readonly send?: Send;
  readonly timing?: Partial<Timing>;
  readonly random?: () => number;
}

export interface Call<S extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the base URL, with its query, escaped by the caller. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as a form. */
  readonly form?: Readonly<Record<string, string>>;
  /** Parses the answer: JSON where it is JSON, else its text; undefined when there is none. */
  readonly answer: S;
  /** True when doing it twice is the same as doing it once. Only then is a cut-off call repeated here. */
  readonly repeatable: boolean;
  readonly signal: AbortSignal;
}
