// The XML API of PAN-OS: tags on addresses, which a dynamic address group in a deny rule matches. No commit is needed.
// HTTP 200 carries errors too: the status attribute of the answer decides, and a duplicate is an error that means "it is so already".
import { z } from 'zod';
import type { Log } from '../../model/log.ts';
import type { PaloAltoSettings } from '../../model/settings.ts';
import type { Timing } from '../call.ts';
import { CallError } from '../call-error.ts';
import { createHttpClient } from '../http-client.ts';
import type { Send } from '../wire.ts';
import { type Answer, escaped, readAnswer, tagMessage, wordsOf } from './xml.ts';

export interface PaloAltoClient {
  readonly tag: string;
  /** `changed` is false when the address carried the tag already. `timeoutSeconds` 0: until unregistered. */
  register(ip: string, options: { readonly timeoutSeconds: number; readonly signal: AbortSignal }): Promise<{ readonly changed: boolean }>;
  unregister(ip: string, signal: AbortSignal): Promise<{ readonly changed: boolean }>;
  isRegistered(ip: string, signal: AbortSignal): Promise<boolean>;
}

export interface PaloAltoClientOptions {
  readonly settings: PaloAltoSettings;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
  readonly send?: Send;
}

export function createPaloAltoClient({ settings, ...rest }: PaloAltoClientOptions): PaloAltoClient {
  const http = createHttpClient({
    ...rest,
    connector: 'paloalto',
    system: 'The firewall',
    baseUrl: settings.baseUrl,
    settings: { address: 'PALOALTO_URL', credential: 'PALOALTO_API_KEY' },
    authorize: async () => ({ 'X-PAN-KEY': settings.apiKey, accept: 'application/xml' }),
    explain: (body) => (typeof body === 'string' ? wordsOf(body) : ''),
  });

  const ask = async (form: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> => {
    const type = form.type ?? '';
    // Repeatable: registering what is registered, or unregistering what is not, is answered as such and changes nothing.
    const { body } = await http.call({ method: 'POST', path: `/api/?type=${type}`, form, answer: ANSWER, repeatable: true, signal });
    return readAnswer(body);
  };

  const tagged = async (
    verb: 'register' | 'unregister',
    ip: string,
    options: { timeoutSeconds: number; signal: AbortSignal },
  ): Promise<{ changed: boolean }> => {
    const cmd = tagMessage(verb, { ip, tag: settings.tag, timeoutSeconds: options.timeoutSeconds });
    const answer = await ask({ type: 'user-id', cmd, vsys: settings.vsys }, options.signal);
    if (answer.ok) return { changed: true };
    if (/already exists, ignore/i.test(answer.words) || /does not exist, ignore unreg/i.test(answer.words)) return { changed: false };
    throw failed(answer);
  };

  return {
    tag: settings.tag,
    register: (ip, options) => tagged('register', ip, options),
    unregister: (ip, signal) => tagged('unregister', ip, { timeoutSeconds: 0, signal }),
    async isRegistered(ip, signal) {
      const cmd = `<show><object><registered-ip><ip>${escaped(ip)}</ip></registered-ip></object></show>`;
      const answer = await ask({ type: 'op', cmd, vsys: settings.vsys }, signal);
      if (!answer.ok) throw failed(answer);
      return answer.entries.some((entry) => entry.ip === ip && entry.tags.includes(settings.tag));
    },
  };
}

const ANSWER = z.string();
const DENIED = new Set(['15', '16', '22', '403']);

function failed({ code, words }: Answer): CallError {
  const remedy = DENIED.has(code) ? ' Check PALOALTO_API_KEY and that its role may use the User-ID agent API.' : '';
  return new CallError(
    `The firewall refused (code ${code || 'none'}): ${words.replace(/\s+/g, ' ').slice(0, 300) || 'no reason given'}.${remedy}`,
    {
      connector: 'paloalto',
      status: 200,
      lost: false,
      retryable: false,
    },
  );
}
