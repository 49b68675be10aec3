// What an outside system's answer, or its silence, means: done, certainly not done, or perhaps done. And the words for it.
import type { z } from 'zod';
import type { Call, HttpClientOptions } from './call.ts';
import { CallError, networkFailureOf, retryAfterOf } from './call-error.ts';
import { AnswerTooLong, type WireAnswer } from './wire.ts';

/** What came of one attempt. `again`: trying again is safe. `down`: counts for the breaker. */
export type Tried = { readonly ok: WireAnswer } | { readonly failed: CallError; readonly again: boolean; readonly down: boolean };

export function stopped(options: HttpClientOptions, call: Pick<Call<z.ZodType>, 'method'>): CallError {
  return new CallError(`The call to ${options.system} was stopped: the step ran out of time or the run was cancelled.`, {
    connector: options.connector,
    status: 0,
    lost: call.method !== 'GET',
    retryable: false,
  });
}

/** Answers that say the work was not begun. After 408, 502 and 504 a server behind the gateway may have done it. */
const NOT_BEGUN = new Set([429, 503]);
const UNSURE = new Set([408, 502, 504]);

export function refusedBy(options: HttpClientOptions, call: Call<z.ZodType>, answer: WireAnswer): Tried {
  const { status } = answer;
  const body = jsonOrText(answer.text);
  const again = NOT_BEGUN.has(status) || (call.repeatable && UNSURE.has(status));
  const lost = !call.repeatable && (UNSURE.has(status) || status === 500);
  const wait = again ? retryAfterOf(answer.headers['retry-after'], Date.now()) : undefined;
  const words = oneLine(options.explain?.(body) ?? '');
  const failed = new CallError(
    `${meaningOf(options, status, wait)}${words === '' ? '' : ` It says: ${words}`}${lost ? ' It may have been done all the same.' : ''}`,
    {
      connector: options.connector,
      status,
      body,
      lost,
      retryable: again,
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
    },
  );
  return { failed, again, down: status >= 500 };
}

function meaningOf({ system, settings }: HttpClientOptions, status: number, wait: number | undefined): string {
  if (status === 401) return `${system} refused the credentials (401): check ${settings.credential}.`;
  if (status === 403) return `${system} does not allow this (403): the identity in ${settings.credential} lacks a permission.`;
  if (status === 404) return `${system} does not know it (404).`;
  if (status === 429)
    return `${system} is limiting calls (429)${wait === undefined ? '' : `, for ${seconds(wait)}`}. Nothing was done; try again later.`;
  if (status === 503) return `${system} is not available (503). Nothing was done; try again later.`;
  if (status >= 300 && status < 400) return `${system} redirects elsewhere (${status}): correct ${settings.address}.`;
  if (status >= 500 || status === 408) return `${system} failed (${status}).`;
  return `${system} refused the request (${status}).`;
}

export function unanswered(
  options: HttpClientOptions,
  call: Call<z.ZodType>,
  came: { error: unknown; timedOut: boolean; attemptMs: number },
): Tried {
  const { system, settings, baseUrl } = options;
  const { kind, code } = came.timedOut ? { kind: 'lost', code: '' } : networkFailureOf(came.error);
  const tooLong = came.error instanceof AnswerTooLong ? came.error.message : '';
  const lost = kind === 'lost' && !call.repeatable;
  const what = came.timedOut
    ? `${system} did not answer within ${seconds(came.attemptMs)}.`
    : kind === 'refused'
      ? `${system} cannot be reached at ${new URL(baseUrl).host} (${code}): check that it is up and that ${settings.address} is right.`
      : kind === 'untrusted'
        ? `The certificate of ${system} is not trusted (${code}): check its certificate authority (PALOALTO_CA_FILE for the firewall) and ${settings.address}.`
        : tooLong !== ''
          ? `${system} sent too much: ${tooLong}.`
          : `The connection to ${system} broke${code === '' ? '' : ` (${code})`}.`;
  const again = kind === 'refused' || (kind === 'lost' && call.repeatable && tooLong === '');
  const failed = new CallError(lost ? `${what} It may have been done all the same.` : what, {
    connector: options.connector,
    status: 0,
    lost,
    retryable: again,
    cause: came.error,
  });
  return { failed, again, down: kind !== 'untrusted' && tooLong === '' };
}

export function parseAnswer<S extends z.ZodType>(options: HttpClientOptions, call: Call<S>, answer: WireAnswer): z.output<S> {
  const parsed = call.answer.safeParse(answer.text === '' ? undefined : jsonOrText(answer.text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw new CallError(
    `${options.system} answered something that cannot be used${where} (${oneLine(issue?.message ?? '')}): check that ${options.settings.address} points to it and not to a proxy or sign-in page.`,
    {
      connector: options.connector,
      status: answer.status,
      body: answer.text.slice(0, 2000),
      lost: !call.repeatable,
      retryable: false,
      cause: parsed.error,
    },
  );
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the schema of the call decides whether text will do.
    return text;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`;
}
