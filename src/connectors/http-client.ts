// The one way connectors speak HTTP: base URL, credentials, a time limit per attempt, retries only where the answer says "not done",
// a circuit breaker, and answers parsed by a schema. What ends badly is a CallError that names the remedy.
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, DelegateBackoff, handleWhenResult, retry, wrap } from 'cockatiel';
import type { z } from 'zod';
import { parseAnswer, refusedBy, seconds, stopped, type Tried, unanswered } from './answers.ts';
import type { Call, HttpClientOptions, Timing } from './call.ts';
import { CallError } from './call-error.ts';
import { type Send, sendByFetch } from './wire.ts';

export const DEFAULT_TIMING: Timing = {
  attemptMs: 10_000,
  retries: 3,
  pauseMs: 250,
  maxPauseMs: 15_000,
  breakAfter: 8,
  breakMs: 10_000,
  followMs: 5000,
  lookMs: 1000,
};

export interface HttpClient {
  readonly system: string;
  /** Throws CallError. */
  call<S extends z.ZodType>(call: Call<S>): Promise<{ readonly status: number; readonly body: z.output<S> }>;
}

/** Opens nothing: the first call does. One client per connector, so that one breaker sees all its calls. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const random = options.random ?? Math.random;
  const send = options.send ?? sendByFetch;
  const pause = new DelegateBackoff<{ attempt: number; result: unknown }>(({ attempt, result }) => {
    const asked = failureOf(result)?.failed.retryAfterMs ?? 0;
    return asked + timing.pauseMs * 2 ** (attempt - 1) * (0.5 + random() / 2);
  });
  const again = handleWhenResult(
    (tried) => isTried(tried) && 'failed' in tried && tried.again && (tried.failed.retryAfterMs ?? 0) <= timing.maxPauseMs,
  );
  const down = handleWhenResult((tried) => isTried(tried) && 'failed' in tried && tried.down);
  const breaker = circuitBreaker(down, { halfOpenAfter: timing.breakMs, breaker: new ConsecutiveBreaker(timing.breakAfter) });
  const repeat = retry(again, { maxAttempts: timing.retries, backoff: pause });
  const policy = wrap(repeat, breaker);
  repeat.onRetry(({ delay, attempt: count }) =>
    options.log.info('outside call is tried again', { connector: options.connector, afterMs: Math.round(delay), attempt: count }),
  );
  breaker.onBreak(() =>
    options.log.warn('outside system is failing, pausing calls', { connector: options.connector, pauseMs: timing.breakMs }),
  );

  return {
    system: options.system,
    async call(call) {
      let refused = false;
      for (;;) {
        const tried = await unlessAborted(options, call, () =>
          policy.execute(() => attempt(options, call, { send, timing }), call.signal),
        ).catch((error: unknown) => {
          if (!(error instanceof BrokenCircuitError)) throw error;
          throw new CallError(
            `${options.system} failed several times in a row and is left alone for ${seconds(timing.breakMs)}. Nothing was sent; try again then.`,
            {
              connector: options.connector,
              status: 0,
              lost: false,
              retryable: true,
              retryAfterMs: timing.breakMs,
              cause: error,
            },
          );
        });
        if ('ok' in tried) return { status: tried.ok.status, body: parseAnswer(options, call, tried.ok) };
        // A token may have been revoked or the key rolled over before it expired: one fresh one, once.
        if (tried.failed.status === 401 && options.reauthorize !== undefined && !refused) {
          refused = true;
          options.reauthorize();
          continue;
        }
        throw tried.failed;
      }
    },
  };
}

function isTried(value: unknown): value is Tried {
  return typeof value === 'object' && value !== null && ('ok' in value || 'failed' in value);
}

function failureOf(result: unknown): Extract<Tried, { failed: CallError }> | undefined {
  const value = typeof result === 'object' && result !== null && 'value' in result ? result.value : undefined;
  return isTried(value) && 'failed' in value ? value : undefined;
}

/** The policy's pauses do not listen to the signal; the caller must not wait for them. */
async function unlessAborted<T>(
  options: HttpClientOptions,
  call: Pick<Call<z.ZodType>, 'signal' | 'method'>,
  work: () => Promise<T>,
): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(stopped(options, call));
  if (call.signal.aborted) throw stopped(options, call);
  call.signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    call.signal.removeEventListener('abort', stop);
  }
}

/** One attempt. Resolves to what came of it, so that only real failures count for the breaker. */
async function attempt(
  options: HttpClientOptions,
  call: Call<z.ZodType>,
  { send, timing }: { send: Send; timing: Timing },
): Promise<Tried> {
  if (call.signal.aborted) return { failed: stopped(options, call), again: false, down: false };
  let credentials: Readonly<Record<string, string>>;
  try {
    credentials = await options.authorize(call.signal);
  } catch (error) {
    if (error instanceof CallError) return { failed: error, again: false, down: false };
    throw error;
  }
  const url = new URL(options.baseUrl.replace(/\/+$/, '') + call.path);
  const form = call.form === undefined ? undefined : new URLSearchParams(call.form).toString();
  const body = form ?? (call.json === undefined ? undefined : JSON.stringify(call.json));
  const type = body === undefined ? {} : { 'content-type': form === undefined ? 'application/json' : 'application/x-www-form-urlencoded' };
  const limit = AbortSignal.timeout(timing.attemptMs);
  const signal = AbortSignal.any([call.signal, limit]);
  const started = performance.now();
  try {
    const answer = await send(url, {
      method: call.method,
      headers: { accept: 'application/json', ...type, ...call.headers, ...credentials },
      body,
      signal,
      maxBytes: 8_000_000,
    });
    const { connector, log } = options;
    log.debug('outside call', {
      connector,
      method: call.method,
      path: url.pathname,
      status: answer.status,
      ms: Math.round(performance.now() - started),
    });
    return answer.status >= 200 && answer.status < 300 ? { ok: answer } : refusedBy(options, call, answer);
  } catch (error) {
    if (call.signal.aborted) return { failed: stopped(options, call), again: false, down: false };
    return unanswered(options, call, { error, timedOut: limit.aborted, attemptMs: timing.attemptMs });
  }
}
