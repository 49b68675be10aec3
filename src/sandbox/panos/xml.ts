// XML in and out of the firewall: well-formed or refused, every value a string, lists always lists.
import { XMLParser } from 'fast-xml-parser';
import { type Answer, Problem } from '../call.ts';

/** The content of an element: text, `@name` for attributes, a list for repeated elements. */
export type Xml = string | { readonly [name: string]: Xml | readonly Xml[] };

/** Parses `cmd`. The parser alone would take a truncated document for a whole one. */
export function parseXml(text: string): unknown {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    parseTagValue: false,
    parseAttributeValue: false,
    isArray: (name) => name === 'entry' || name === 'member',
  });
  if (!isWellFormed(text)) throw new Problem(200, '18', 'Malformed command');
  const document: unknown = parser.parse(text);
  return document;
}

/** One root, tags closed in order, attributes quoted, no bare `&`. Commands have neither comments nor CDATA. */
export function isWellFormed(text: string): boolean {
  const open: string[] = [];
  let roots = 0;
  const rest = text
    .replace(/^\s*<\?xml[^<>]*\?>/, '')
    .replace(/<(\/?)([\w.-]+)((?:\s+[\w.-]+=(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/g, (_tag, ...[end, name, , empty]: string[]) => {
      if (open.length === 0) roots += 1;
      if (end === '/') return open.pop() === name ? '' : '<';
      if (empty !== '/') open.push(name ?? '');
      return '';
    });
  return roots === 1 && open.length === 0 && !rest.includes('<') && !/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/i.test(text);
}

/** The document `<response ...>`. Errors come with HTTP 200 as well: `status` decides. */
export function respond(status: 'success' | 'error', content: { readonly [name: string]: Xml }): Answer {
  const body = write('response', { '@status': status, ...content });
  return { status: 200, headers: { 'content-type': 'application/xml; charset=UTF-8' }, body };
}

function write(name: string, content: Xml | readonly Xml[]): string {
  if (typeof content === 'string') return `<${name}>${escapeText(content)}</${name}>`;
  if (isList(content)) return content.map((item) => write(name, item)).join('');
  const parts = Object.entries(content);
  const attributes = parts.flatMap(([key, value]) =>
    key.startsWith('@') ? ` ${key.slice(1)}="${typeof value === 'string' ? escapeText(value) : ''}"` : [],
  );
  const inner = parts.flatMap(([key, value]) => (key.startsWith('@') ? [] : write(key, value)));
  return `<${name}${attributes.join('')}>${inner.join('')}</${name}>`;
}

function isList(content: Xml | readonly Xml[]): content is readonly Xml[] {
  return Array.isArray(content);
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
