// An HTTP client that carries Azure bearer tokens. One resource per token: the scope is the base URL of the API.
import { z } from 'zod';
import type { HttpClientOptions } from '../call.ts';
import { createHttpClient, type HttpClient } from '../http-client.ts';
import type { TokenProvider } from './token.ts';

type AzureClientOptions = Omit<HttpClientOptions, 'authorize' | 'reauthorize' | 'explain' | 'settings'> & {
  readonly tokens: TokenProvider;
  /** The setting that holds the base URL. */
  readonly address: string;
};

export function createAzureClient(options: AzureClientOptions): HttpClient {
  const { tokens, address, ...rest } = options;
  const scope = `${rest.baseUrl.replace(/\/+$/, '')}/.default`;
  return createHttpClient({
    ...rest,
    settings: { address, credential: 'AZURE_CLIENT_ID and what is granted to it' },
    authorize: async (signal) => ({ authorization: `Bearer ${await tokens.token(scope, signal)}` }),
    reauthorize: () => tokens.drop(scope),
    explain: explainAzureError,
  });
}

/** `{ error: { code, message } }` is common to ARM, Graph and Defender. */
export const AzureError = z.object({
  error: z.object({ code: z.string().default(''), message: z.string().default(''), target: z.string().nullish() }),
});

function explainAzureError(body: unknown): string {
  const parsed = AzureError.safeParse(body);
  if (!parsed.success) return '';
  const { code, message, target } = parsed.data.error;
  return `${[code, message].filter((part) => part !== '').join(': ')}${target === undefined || target === null ? '' : ` (quote ${target} to support)`}`;
}
