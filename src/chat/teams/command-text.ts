// Typed text as Teams delivers it, turned back into what the person typed.
import { Mention, type TeamsActivity } from './payloads.ts';
import { COMMANDS } from './registration.ts';

/** Elements that Teams' editor puts around text. Anything else in angle brackets was typed. */
const BREAKS = /<(?:br\s*\/?|\/p|\/div)>/gi;
const WRAPPERS = /<\/?(?:at|p|div|span|a|b|strong|i|em|u|s|code|pre)(?:\s+[\w-]+="[^"<>]*")*>/gi;
const ENTITIES: Readonly<Record<string, string>> = { nbsp: ' ', lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' };

/** True when the message speaks to the bot by name; the only messages of channels and group chats that do concern it. */
export function isMentioned(activity: TeamsActivity): boolean {
  return mentionsOf(activity).length > 0;
}

/** `<at>Picket</at> /playbook run block-user alice` -> `playbook`, `run block-user alice`. Without a command's name the first one is meant. */
export function typedCommand(activity: TeamsActivity): { name: string; text: string } {
  const said = plainText(mentionsOf(activity).reduce((text, mention) => text.replaceAll(mention, ' '), activity.text));
  const [, word = '', rest = ''] = /^\/?(\S*)\s*([\s\S]*)$/.exec(said) ?? [];
  const name = COMMANDS.find((command) => command === word.toLowerCase());
  return name === undefined ? { name: COMMANDS[0], text: said.replace(/^\//, '') } : { name, text: rest };
}

function mentionsOf({ entities, recipient }: TeamsActivity): readonly string[] {
  return entities.flatMap((entity) => {
    const mention = Mention.safeParse(entity).data;
    return mention !== undefined && mention.mentioned.id === recipient.id ? [mention.text] : [];
  });
}

function plainText(text: string): string {
  return text
    .replace(BREAKS, '\n')
    .replace(WRAPPERS, '')
    .replace(/&(nbsp|lt|gt|quot|#39|amp);/g, (_all, name: string) => ENTITIES[name] ?? '')
    .replace(/[\u00a0\u200b\ufeff]/g, ' ')
    .trim();
}
