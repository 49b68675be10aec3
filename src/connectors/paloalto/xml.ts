// The XML that PAN-OS takes and gives. What is sent is small and escaped here; what comes back is parsed with every default that loses data turned off.
import { XMLParser } from 'fast-xml-parser';
import { z } from 'zod';
import { CallError } from '../call-error.ts';

// Attributes are dropped and `007` becomes 7 by default; one member would come as a text and two as a list.
const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => name === 'entry' || name === 'member' || name === 'line',
});

/** The user-id message that registers or unregisters one tag on one address. */
export function tagMessage(
  verb: 'register' | 'unregister',
  { ip, tag, timeoutSeconds }: { ip: string; tag: string; timeoutSeconds: number },
): string {
  const timeout = timeoutSeconds > 0 ? ` timeout="${timeoutSeconds}"` : '';
  const persistent = verb === 'register' ? ' persistent="1"' : '';
  const entry = `<entry ip="${escaped(ip)}"${persistent}><tag><member${timeout}>${escaped(tag)}</member></tag></entry>`;
  return `<uid-message><version>1.0</version><type>update</type><payload><${verb}>${entry}</${verb}></payload></uid-message>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

/** What the firewall said. `ok` is its own status, not that of HTTP. */
export interface Answer {
  readonly ok: boolean;
  readonly code: string;
  readonly words: string;
  readonly entries: readonly { readonly ip: string; readonly tags: readonly string[] }[];
}

const Entry = z.object({ '@ip': z.string(), tag: z.object({ member: z.array(z.unknown()) }).optional() });
const Response = z.object({ response: z.looseObject({ '@status': z.enum(['success', 'error']), '@code': z.string().default('') }) });

/** Throws CallError when it is not a whole document of the firewall. */
export function readAnswer(xml: string): Answer {
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

/** The words of an error document, '' when it is none. */
export function wordsOf(xml: string): string {
  return isWhole(xml) ? textOf(parse(xml)) : '';
}
