// Tokens are asked for once, kept until shortly before they expire, and refused credentials are explained.
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTokenProvider } from '../../../src/connectors/azure/token.ts';
import type { AzureSettings } from '../../../src/model/settings.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { QUICK } from '../context.ts';

let server: Server;
let settings: AzureSettings;
let asked: URLSearchParams[];
let answer: { status: number; body: unknown; afterMs: number };

beforeEach(async () => {
  asked = [];
  answer = { status: 200, body: { token_type: 'Bearer', expires_in: 3600, access_token: 'token' }, afterMs: 0 };
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      asked.push(new URLSearchParams(body));
      const text = JSON.stringify(answer.body);
      setTimeout(() => response.writeHead(request.url === '/t%2F1/oauth2/v2.0/token' ? answer.status : 404).end(text), answer.afterMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const authorityUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  settings = { method: 'secret', tenant: 't/1', clientId: 'c-1', clientSecret: 's-1', certificatePath: '', authorityUrl };
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const signal = () => AbortSignal.timeout(5000);
const SCOPE = 'https://graph.microsoft.com/.default';

describe('tokens by client secret', () => {
  it('asks once for all who wait at the same time, and once per scope', async () => {
    answer.afterMs = 30;
    const tokens = createTokenProvider(settings, { log: quietLog, timing: QUICK });
    await Promise.all([tokens.token(SCOPE, signal()), tokens.token(SCOPE, signal()), tokens.token('other/.default', signal())]);
    expect(asked.map((form) => form.get('scope'))).toEqual([SCOPE, 'other/.default']);
    expect(Object.fromEntries(asked[0] ?? [])).toEqual({
      grant_type: 'client_credentials',
      client_id: 'c-1',
      client_secret: 's-1',
      scope: SCOPE,
    });
  });

  it('keeps a token until five minutes before it expires, and forgets one that was refused', async () => {
    let now = 0;
    const tokens = createTokenProvider(settings, { log: quietLog, timing: QUICK, now: () => now });
    await tokens.token(SCOPE, signal());
    now = (3600 - 301) * 1000;
    await tokens.token(SCOPE, signal());
    expect(asked).toHaveLength(1);
    now = (3600 - 299) * 1000;
    await tokens.token(SCOPE, signal());
    expect(asked).toHaveLength(2);
    tokens.drop(SCOPE);
    await tokens.token(SCOPE, signal());
    expect(asked).toHaveLength(3);
  });

  it('does not fail the others when one stops waiting', async () => {
    answer.afterMs = 100;
    const tokens = createTokenProvider(settings, { log: quietLog, timing: QUICK });
    const impatient = tokens.token(SCOPE, AbortSignal.timeout(20));
    const patient = tokens.token(SCOPE, signal());
    await expect(impatient).rejects.toThrow(/was stopped/);
    await expect(patient).resolves.toBe('token');
    expect(asked).toHaveLength(1);
  });

  it.each([
    [7000215, /AADSTS|secret is wrong/],
    [7000222, /secret has expired/],
    [700016, /AZURE_CLIENT_ID/],
    [90002, /AZURE_TENANT_ID/],
  ])('says what to do about error %i, without the secret', async (code, message) => {
    answer = {
      status: 401,
      body: { error: 'invalid_client', error_description: `AADSTS${code}: It went wrong. Trace ID: x`, error_codes: [code] },
      afterMs: 0,
    };
    const failed = createTokenProvider(settings, { log: quietLog, timing: QUICK }).token(SCOPE, signal());
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/s-1|Trace ID/);
  });

  it('tries again after a failure instead of keeping it', async () => {
    const tokens = createTokenProvider(settings, { log: quietLog, timing: QUICK });
    answer.status = 400;
    await expect(tokens.token(SCOPE, signal())).rejects.toThrow(/refused the request \(400\)/);
    answer.status = 200;
    await expect(tokens.token(SCOPE, signal())).resolves.toBe('token');
  });
});
