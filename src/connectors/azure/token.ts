// Tokens for Azure, Graph and Defender. A client secret is exchanged by our own form POST; @azure/identity (20 MB) is loaded only
// for certificates, managed identity and workload identity, because it refuses plain http and so cannot be tried on loopback.
import { z } from 'zod';
import type { Log } from '../../model/log.ts';
import type { AzureSettings } from '../../model/settings.ts';
import type { Timing } from '../call.ts';
import { CallError } from '../call-error.ts';
import { createHttpClient } from '../http-client.ts';

/** Gives bearer tokens. */
export interface TokenProvider {
  /** `scope` is `<resource>/.default`. Throws CallError. */
  token(scope: string, signal: AbortSignal): Promise<string>;
  /** Forgets the token of this scope: an API refused it. */
  drop(scope: string): void;
}

interface Minted {
  readonly token: string;
  readonly expiresAtMs: number;
}

type Mint = (scope: string) => Promise<Minted>;

const EARLY_MS = 5 * 60_000;

/** One provider for all Azure connectors: tokens are kept until five minutes before they expire, one request per scope at a time. */
export function createTokenProvider(
  settings: AzureSettings,
  options: { readonly log: Log; readonly timing?: Partial<Timing>; readonly now?: () => number },
): TokenProvider {
  const now = options.now ?? Date.now;
  const mint = settings.method === 'secret' ? mintBySecret(settings, options) : mintByIdentity(settings);
  const kept = new Map<string, Minted>();
  const underWay = new Map<string, Promise<Minted>>();

  const fresh = (scope: string): Promise<Minted> => {
    const running = underWay.get(scope);
    if (running !== undefined) return running;
    const started = mint(scope)
      .then((minted) => {
        kept.set(scope, minted);
        return minted;
      })
      .finally(() => underWay.delete(scope));
    underWay.set(scope, started);
    return started;
  };

  return {
    async token(scope, signal) {
      const known = kept.get(scope);
      if (known !== undefined && known.expiresAtMs - EARLY_MS > now()) return known.token;
      // Shared by all who wait: one caller's abort must not fail the others, so the signal only ends this caller's waiting.
      const { token } = await waitFor(fresh(scope), signal);
      return token;
    },
    drop: (scope) => void kept.delete(scope),
  };

  function mintBySecret(azure: AzureSettings, { log, timing }: typeof options): Mint {
    const client = createHttpClient({
      connector: 'azure',
      system: 'Entra ID (sign-in)',
      baseUrl: azure.authorityUrl,
      settings: { address: 'AZURE_AUTHORITY_HOST', credential: 'AZURE_CLIENT_ID and AZURE_CLIENT_SECRET' },
      authorize: async () => ({}),
      explain: explainTokenError,
      log,
      ...(timing === undefined ? {} : { timing }),
    });
    return async (scope) => {
      const { body } = await client.call({
        method: 'POST',
        path: `/${encodeURIComponent(azure.tenant)}/oauth2/v2.0/token`,
        form: { grant_type: 'client_credentials', client_id: azure.clientId, client_secret: azure.clientSecret, scope },
        answer: TokenAnswer,
        repeatable: true,
        signal: AbortSignal.timeout(60_000),
      });
      return { token: body.access_token, expiresAtMs: now() + body.expires_in * 1000 };
    };
  }
}

const TokenAnswer = z.object({ access_token: z.string().min(1), expires_in: z.coerce.number().positive() });

const TokenError = z.object({ error: z.string(), error_description: z.string().default(''), error_codes: z.array(z.number()).default([]) });

const REMEDIES: Readonly<Record<number, string>> = {
  7000215: 'The client secret is wrong: copy the secret value, not its id, from App registrations > Certificates & secrets.',
  7000222: 'The client secret has expired: make a new one under App registrations > Certificates & secrets.',
  700016: 'The application is unknown in this tenant: check AZURE_CLIENT_ID.',
  90002: 'The tenant is unknown: check AZURE_TENANT_ID.',
};

/** Codes and first sentence only: the rest of the text holds trace ids and times. */
function explainTokenError(body: unknown): string {
  const parsed = TokenError.safeParse(body);
  if (!parsed.success) return '';
  const { error, error_codes, error_description } = parsed.data;
  const remedy = error_codes.map((code) => REMEDIES[code]).find((text) => text !== undefined);
  const sentence = /^[^\r\n]*?\.(?=\s|$)/.exec(error_description)?.[0] ?? error;
  return remedy === undefined ? `${sentence} (${error_codes.join(', ') || error})` : `${remedy} (${error_codes.join(', ')})`;
}

function mintByIdentity(settings: AzureSettings): Mint {
  let loaded: Promise<{ getToken(scope: string): Promise<{ token: string; expiresOnTimestamp: number } | null> }> | undefined;
  return async (scope) => {
    loaded ??= loadCredential(settings);
    const given = await (await loaded).getToken(scope).catch((error: unknown) => {
      throw noToken(settings, error);
    });
    if (given === null) throw noToken(settings, undefined);
    return { token: given.token, expiresAtMs: given.expiresOnTimestamp };
  };
}

async function loadCredential({ method, tenant, clientId, certificatePath, authorityUrl }: AzureSettings) {
  const identity = await import('@azure/identity');
  if (method === 'certificate')
    return new identity.ClientCertificateCredential(tenant, clientId, { certificatePath }, { authorityHost: authorityUrl });
  if (method === 'managed-identity')
    return clientId === '' ? new identity.ManagedIdentityCredential() : new identity.ManagedIdentityCredential({ clientId });
  return new identity.WorkloadIdentityCredential({ tenantId: tenant, clientId, authorityHost: authorityUrl });
}

function noToken({ method }: AzureSettings, cause: unknown): CallError {
  const reason = cause instanceof Error ? `: ${cause.message.split('\n')[0]?.slice(0, 300) ?? ''}` : '';
  return new CallError(`No token by ${method}${reason}. Check AZURE_AUTH_METHOD and what it needs.`, {
    connector: 'azure',
    status: 0,
    lost: false,
    retryable: false,
    cause,
  });
}

async function waitFor<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void =>
    reject(
      new CallError('Waiting for a token was stopped: the step ran out of time or the run was cancelled.', {
        connector: 'azure',
        status: 0,
        lost: false,
        retryable: false,
      }),
    );
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
