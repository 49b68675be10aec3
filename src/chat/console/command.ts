// What somebody typed, as a command or as plain talk. In a channel only a leading `/` makes a command; a direct message always is one.

export interface TypedCommand {
  readonly name: string;
  readonly text: string;
}

/** null for talk that is not meant for the bot. */
export function parseCommand(typed: string, { direct }: { readonly direct: boolean }): TypedCommand | null {
  const text = typed.trim();
  const slash = /^\/([\p{L}\p{N}_-]+)\s*([\s\S]*)$/u.exec(text);
  if (slash !== null) return { name: (slash[1] ?? '').toLowerCase(), text: slash[2] ?? '' };
  if (!direct) return null;
  const bare = /^playbook(?:\s+([\s\S]*))?$/i.exec(text);
  return { name: 'playbook', text: bare === null ? text : (bare[1] ?? '') };
}
