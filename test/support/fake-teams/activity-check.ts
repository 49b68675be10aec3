// What Teams refuses in a message: its size, its attachments, and the card by the schema of Adaptive Cards.
// The published schema is used as well where ../shared/specs stands beside the checkout.
import { existsSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { AdaptiveCard } from '../../../src/cards/adaptive.ts';
import { isJson, type Json } from './world.ts';

export const CARD = 'application/vnd.microsoft.card.adaptive';
const LIMIT = 100 * 1024;
const KNOWN = ['type', 'id', 'text', 'textFormat', 'summary', 'attachments', 'attachmentLayout', 'from', 'recipient', 'conversation'];

/** Bytes of the whole payload as UTF-16. */
export function isTooLarge(body: string): boolean {
  return body.length * 2 > LIMIT;
}

/** Everything that is wrong with a message the bot sends, empty when it is fine. */
export function activityProblems(activity: unknown): string[] {
  if (!isJson(activity)) return ['no activity'];
  const attachments = Array.isArray(activity.attachments) ? activity.attachments : [];
  const isEmpty = attachments.length === 0 && (typeof activity.text !== 'string' || activity.text === '');
  return [
    ...(activity.type === 'message' ? [] : [`type ${String(activity.type)}`]),
    ...(isEmpty ? ['neither text nor attachment'] : []),
    ...Object.keys(activity).flatMap((key) => (KNOWN.includes(key) ? [] : [`unexpected field ${key}`])),
    ...attachments.flatMap(attachmentProblems),
  ];
}

/** The card of a message, null when it has none. */
export function cardOf(activity: Json): Json | null {
  const [attachment]: unknown[] = Array.isArray(activity.attachments) ? activity.attachments : [];
  return isJson(attachment) && isJson(attachment.content) ? attachment.content : null;
}

function attachmentProblems(attachment: unknown): string[] {
  if (!isJson(attachment) || attachment.contentType !== CARD || !isJson(attachment.content))
    return ['an attachment is not an adaptive card'];
  const ours = AdaptiveCard.safeParse(attachment.content);
  const { msteams: _, ...plain } = attachment.content;
  const validate = publishedSchema();
  const published = validate === null || validate(plain) ? [] : [`card: ${JSON.stringify(validate.errors?.slice(-2))}`];
  return [...(ours.success ? [] : [`card: ${ours.error.message}`]), ...published];
}

let compiled: ValidateFunction | null | undefined;

function publishedSchema(): ValidateFunction | null {
  if (compiled !== undefined) return compiled;
  const path = new URL('../../../../shared/specs/schemas/adaptive-cards/adaptive-card-1.5.0.schema.json', import.meta.url);
  if (!existsSync(path)) {
    compiled = null;
    return compiled;
  }
  const { id: _, ...schema } = JSON.parse(readFileSync(path, 'utf8'));
  const ajv = new Ajv({ strict: false, logger: false });
  ajv.addMetaSchema(
    JSON.parse(readFileSync(new URL('../../../node_modules/ajv/dist/refs/json-schema-draft-06.json', import.meta.url), 'utf8')),
  );
  compiled = ajv.compile(schema);
  return compiled;
}
