// Buttons of a card as Slack's. A button that cannot be shown whole is an error, never a card without it.
import type { ActionsBlock, Button } from '@slack/types';
import { z } from 'zod';
import { ChatError } from '../../model/errors.ts';

/** Limits of docs.slack.dev/reference/block-kit: actions 25 elements, button text 75, value 2000, url 3000. */
export const BUTTONS_PER_BLOCK = 25;
const LABEL = 75;
const VALUE = 2000;
const URL_LENGTH = 3000;

const style = z.string().optional();
const Action = z.union([
  z.object({
    type: z.literal('Action.Execute'),
    title: z.string(),
    style,
    verb: z.string(),
    data: z.object({ id: z.string(), choice: z.string() }),
  }),
  z.object({
    type: z.literal('Action.OpenUrl'),
    title: z.string(),
    style,
    url: z
      .string()
      .regex(/^https?:\/\//)
      .max(URL_LENGTH),
  }),
]);
type Action = z.infer<typeof Action>;

/** `first` is the number of the first button in this message: action ids must differ. Unknown actions are refused. */
export function toActions(
  given: readonly unknown[],
  first: number,
): { readonly blocks: ActionsBlock[]; readonly warnings: string[]; readonly count: number } {
  const warnings: string[] = [];
  const buttons = given.map((each, index): Button => {
    const action = Action.safeParse(each);
    if (!action.success)
      throw refused(
        `An action of the card cannot be a Slack button (${z.prettifyError(action.error)}). Use Action.Execute or Action.OpenUrl.`,
      );
    if (action.data.title.length > LABEL) warnings.push(`The label "${action.data.title}" was shortened to ${LABEL} characters.`);
    return toButton(action.data, first + index);
  });
  const blocks = Array.from({ length: Math.ceil(buttons.length / BUTTONS_PER_BLOCK) }, (_, n): ActionsBlock => {
    return { type: 'actions', elements: buttons.slice(n * BUTTONS_PER_BLOCK, (n + 1) * BUTTONS_PER_BLOCK) };
  });
  return { blocks, warnings, count: buttons.length };
}

function toButton(action: Action, number: number): Button {
  const text = { type: 'plain_text', text: label(action.title), emoji: false } as const;
  // A link button sends an action too, which the platform acknowledges and drops.
  if (action.type === 'Action.OpenUrl') return { type: 'button', action_id: `picket:link:${number}`, text, url: action.url };
  const value = JSON.stringify({ verb: action.verb, id: action.data.id, choice: action.data.choice });
  if (value.length > VALUE)
    throw refused(`The button "${action.title}" carries ${value.length} characters, Slack takes ${VALUE}: give the choice a shorter id.`);
  return { type: 'button', action_id: `picket:${action.verb}:${number}`, text, value, ...slackStyle(action.style) };
}

function label(title: string): string {
  return title.length <= LABEL
    ? title
    : `${title
        .slice(0, LABEL - 1)
        .toWellFormed()
        .replace(/\uFFFD$/, '')}…`;
}

function slackStyle(given: string | undefined): { style: 'primary' | 'danger' } | undefined {
  if (given === 'positive') return { style: 'primary' };
  return given === 'destructive' ? { style: 'danger' } : undefined;
}

function refused(message: string): ChatError {
  return new ChatError(message, { platform: 'slack', failure: 'refused' });
}
