// The hint beside a name that is not known.
import { closeMatch } from '../model/close-match.ts';

/** `did you mean x?`, else the names to choose from; undefined when there are none. */
export function suggest(word: string, names: readonly string[]): string | undefined {
  const near = closeMatch(word.slice(0, 100), names);
  if (near !== '') return `did you mean ${near}?`;
  if (names.length === 0) return undefined;
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `there are ${shown} and ${names.length - 20} more` : `there is ${shown}`;
}
