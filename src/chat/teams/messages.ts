// A card as an activity. Teams draws the card; `summary` is what the notification says instead of "sent a card".
import { ChatError } from '../../model/errors.ts';
import type { Card } from '../../model/views.ts';
import type { OutgoingActivity } from './adapter.ts';

/** Bytes of the whole message as UTF-16 (learn.microsoft.com, format-your-bot-messages): beyond it Teams answers 413. */
const LIMIT = 100 * 1024;
/** What is around the card when it is sent. */
const ENVELOPE = 2 * 1024;
const SUMMARY_LENGTH = 300;

/** Throws ChatError `refused` when it is larger than Teams takes. */
export function toActivity(card: Card): OutgoingActivity {
  const activity: OutgoingActivity = {
    type: 'message',
    summary: cut(card.text, SUMMARY_LENGTH),
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card.adaptive }],
  };
  const bytes = JSON.stringify(activity).length * 2 + ENVELOPE;
  if (bytes <= LIMIT) return activity;
  const message = `The card is ${Math.ceil(bytes / 1024)} KB, Teams takes ${LIMIT / 1024} KB: shorten what it shows.`;
  throw new ChatError(message, { platform: 'teams', failure: 'refused' });
}

/** A sentence of Picket's own. */
export function plainActivity(text: string): OutgoingActivity {
  return { type: 'message', text, textFormat: 'plain' };
}

/** Cuts between characters, never inside one. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const kept = text.slice(0, length - 1).toWellFormed();
  return `${kept.replace(/\uFFFD$/, '')}…`;
}
