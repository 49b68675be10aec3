// The XML API of PAN-OS: tags on addresses, which a dynamic address group in a deny rule matches. No commit is needed.
// HTTP 200 carries errors too: the status attribute of the answer decides, and a duplicate is an error that means "it is so already".
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import type { Log } from '../../model/log.ts';
import type { PaloAltoSettings } from '../../model/settings.ts';
import type { Timing } from '../call.ts';
import { CallError } from '../call-error.ts';
import { createHttpClient } from '../http-client.ts';
import type { Send } from '../wire.ts';

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
    const { body } = await http.call({ method: 'POST', path: `/api/?type=${type}`, form, answer: z.string(), repeatable: true, signal });
    return readAnswer(body);
  };

  const tagged = async (
    verb: 'register' | 'unregister',
    ip: string,
    options: { timeoutSeconds: number; signal: AbortSignal },
  ): Promise<{ changed: boolean }> => {
    const cmd = message(verb, { ip, tag: settings.tag, timeoutSeconds: options.timeoutSeconds });
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

// Attributes are dropped and `007` becomes 7 by default; one member would come as a text and two as a list.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => name === 'entry' || name === 'member' || name === 'line',
});

function message(
  verb: 'register' | 'unregister',
  { ip, tag, timeoutSeconds }: { ip: string; tag: string; timeoutSeconds: number },
): string {
  const timeout = timeoutSeconds > 0 ? ` timeout="${timeoutSeconds}"` : '';
  const persistent = verb === 'register' ? ' persistent="1"' : '';
  const entry = `<entry ip="${escaped(ip)}"${persistent}><tag><member${timeout}>${escaped(tag)}</member></tag></entry>`;
  return `<uid-message><version>1.0</version><type>update</type><payload><${verb}>${entry}</${verb}></payload></uid-message>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

interface Answer {
  readonly ok: boolean;
  readonly code: string;
  readonly words: string;
  readonly entries: readonly { readonly ip: string; readonly tags: readonly string[] }[];
}

const Entry = z.object({ '@ip': z.string(), tag: z.object({ member: z.array(z.unknown()) }).optional() });
const Response = z.object({ response: z.looseObject({ '@status': z.enum(['success', 'error']), '@code': z.string().default('') }) });

function readAnswer(xml: string): Answer {
  // The parser alone takes a document that ends in the middle for a whole one.
  const parsed = isWhole(xml) ? Response.safeParse(parse(xml)) : undefined;
  if (parsed?.success !== true) {
    throw new CallError(
      'The firewall answered something that is not its XML: check that PALOALTO_URL points to it and not to a proxy or sign-in page.',
      {
        connector: 'paloalto',
        status: 200,
        body: xml.slice(0, 2000),
        lost: true,
        retryable: false,
      },
    );
  }
  const { response } = parsed.data;
  const result = response.result;
  const listed = typeof result === 'object' && result !== null && 'entry' in result && Array.isArray(result.entry) ? result.entry : [];
  const entries = listed.flatMap((item: unknown) => {
    const entry = Entry.safeParse(item);
    return entry.success ? [{ ip: entry.data['@ip'], tags: (entry.data.tag?.member ?? []).map(textOf) }] : [];
  });
  return { ok: response['@status'] === 'success', code: response['@code'], words: textOf(response.msg) || textOf(result), entries };
}

function isWhole(xml: string): boolean {
  return /<\/response>\s*$/.test(xml) || /^(?:<\?xml[^>]*\?>)?\s*<response[^<>]*\/>\s*$/.test(xml);
}

function parse(xml: string): unknown {
  try {
    const document: unknown = parser.parse(xml);
    return document;
  } catch {
    // Malformed, or entities beyond the parser's bounds: the schema refuses what is not there.
    return undefined;
  }
}

/** All text in a part of the answer, wherever the firewall nested it. */
function textOf(node: unknown): string {
  if (typeof node === 'string') return node.trim();
  if (Array.isArray(node))
    return node
      .map(textOf)
      .filter((part) => part !== '')
      .join(' ');
  if (typeof node !== 'object' || node === null) return '';
  const parts = Object.entries(node).map(([name, value]) => (name.startsWith('@') && name !== '@message' ? '' : textOf(value)));
  return parts.filter((part) => part !== '').join(' ');
}

function wordsOf(xml: string): string {
  return isWhole(xml) ? textOf(parse(xml)) : '';
}

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
