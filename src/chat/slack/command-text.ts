// Typed text as Slack delivers it, turned back into what the person typed.
import { COMMANDS } from './registration.ts';

/** Undoes Slack's escaping and automatic links (docs.slack.dev/messaging/formatting-message-text): `<mailto:a@b|a@b>` was typed as `a@b`. */
export function plainText(text: string): string {
  return text
    .replace(
      /<(mailto:|tel:|https?:\/\/)([^|>]*)(?:\|([^>]*))?>/g,
      (_all, scheme: string, rest: string, label: string | undefined) => label ?? scheme + rest,
    )
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** `<@U0BOT> /playbook run block-user alice` -> `playbook`, `run block-user alice`. A mention without a command's name means the first one. */
export function mentionedCommand(text: string): { name: string; text: string } {
  const said = plainText(text.replace(/^\s*<@[A-Z0-9]+(\|[^>]*)?>/, ''));
  const [, word = '', rest = ''] = /^\/?(\S*)\s*([\s\S]*)$/.exec(said) ?? [];
  const name = COMMANDS.find((command) => command === word.toLowerCase());
  return name === undefined ? { name: COMMANDS[0], text: said.replace(/^\//, '') } : { name, text: rest };
}
