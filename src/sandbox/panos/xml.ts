// XML in and out of the firewall: well-formed or refused, every value a string, lists always lists.
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { type Answer, Problem } from '../call.ts';

const PARSER = { ignoreAttributes: false, attributeNamePrefix: '@', parseTagValue: false, parseAttributeValue: false } as const;
const LISTS = ['entry', 'member'];

/** Parses `cmd`. The parser alone would take a truncated document, so it is validated first. */
export function parseXml(text: string): unknown {
  if (text === '' || XMLValidator.validate(text) !== true) throw new Problem(200, '18', 'Malformed command');
  return new XMLParser({ ...PARSER, isArray: (name) => LISTS.includes(String(name)) }).parse(text);
}

/** The document `<response ...>`; attributes are written as `@name`. Errors come with HTTP 200 as well: `status` decides. */
export function respond(status: 'success' | 'error', content: Readonly<Record<string, unknown>>): Answer {
  const builder = new XMLBuilder({ ...PARSER, suppressEmptyNode: false, suppressBooleanAttributes: false });
  const body = builder.build({ response: { '@status': status, ...content } });
  return { status: 200, headers: { 'content-type': 'application/xml; charset=UTF-8' }, body };
}
