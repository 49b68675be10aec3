// A card as the arguments of a Slack message. chat.update with text and without blocks would remove them: both are always sent.
import type { KnownBlock } from '@slack/types';
import type { Card } from '../../model/views.ts';
import { toBlocks } from './blocks.ts';
import { escapeMrkdwn } from './mrkdwn.ts';

export interface SlackMessage {
  readonly text: string;
  readonly blocks: KnownBlock[];
}

/** Notifications and screen readers get this; Slack cuts at 40,000. */
const TEXT_LIMIT = 3_000;

export function toMessage(card: Card): SlackMessage {
  const { blocks, text } = toBlocks(card.adaptive);
  return { text: card.text === '' ? text : plainMessage(card.text).text, blocks };
}

/** A message of text alone, which may hold foreign text. */
export function plainMessage(text: string): SlackMessage {
  return { text: escapeMrkdwn(text.slice(0, TEXT_LIMIT).toWellFormed()), blocks: [] };
}
