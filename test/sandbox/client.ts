// What tests need to talk to the stand-ins as a connector would: tokens, JSON in and out.
import { z } from 'zod';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { quietLog } from '../support/quiet-log.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

export interface Client {
  readonly sandbox: Sandbox;
  /** Calls with a bearer token for the system, unless `authorization` is given ('' sends none). */
  call(
    system: 'arm' | 'graph' | 'defender',
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  /** Below the sandbox's own address. */
  plain(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  token(system: string): Promise<string>;
  /** Moves the sandbox's clock. */
  wait(ms: number): void;
}

const Token = z.object({ access_token: z.string() });

/** A fresh sandbox with a clock of its own, stopped when the test file ends. */
export async function openSandbox(options: Partial<SandboxOptions> = {}): Promise<Client> {
  let offset = 0;
  const sandbox = await startSandbox({ log: quietLog, now: () => new Date(Date.now() + offset), ...options });
  const tokens = new Map<string, string>();
  const token = async (system: string): Promise<string> => {
    const form = credentials(sandbox, `${sandbox.url}/${system}/.default`);
    const response = await fetch(`${sandbox.url}/login/${sandbox.connectors.azure?.tenant}/oauth2/v2.0/token`, {
      method: 'POST',
      body: form,
    });
    return Token.parse(await response.json()).access_token;
  };
  const plain: Client['plain'] = async (method, path, body, headers = {}) => send(`${sandbox.url}${path}`, method, body, headers);
  return {
    sandbox,
    plain,
    token,
    wait: (ms) => {
      offset += ms;
    },
    call: async (system, method, path, body, headers = {}) => {
      const bearer = tokens.get(system) ?? (await token(system));
      tokens.set(system, bearer);
      return plain(method, `/${system}${path}`, body, { authorization: `Bearer ${bearer}`, ...headers });
    },
  };
}

export function credentials(sandbox: Sandbox, scope: string): URLSearchParams {
  const azure = sandbox.connectors.azure;
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: azure?.clientId ?? '',
    client_secret: azure?.clientSecret ?? '',
    scope,
  });
}

/** The path of the sandbox's workspace, with an api-version; `path` may bring further query parameters. */
export function workspacePath(path: string): string {
  const sentinel = '/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-soc/providers';
  const workspace = `${sentinel}/Microsoft.OperationalInsights/workspaces/contoso-sentinel/providers/Microsoft.SecurityInsights`;
  return `${workspace}${path}${path.includes('?') ? '&' : '?'}api-version=2024-03-01`;
}

async function send(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Reply> {
  const isForm = body instanceof URLSearchParams;
  const content = body === undefined ? {} : { body: isForm || typeof body === 'string' ? body : JSON.stringify(body) };
  const type: Record<string, string> = body === undefined || isForm ? {} : { 'content-type': 'application/json' };
  const response = await fetch(url, { method, headers: { ...type, ...headers }, ...content });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
