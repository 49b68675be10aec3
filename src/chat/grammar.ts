// One grammar for commands on every platform: words, quotes, and `key=value`.
import { type Refusal, refuse } from '../model/errors.ts';

export interface Words {
  /** Words in order, without those that were `key=value`. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

const MOST_CHARACTERS = 4_000;
/** Chat clients turn straight quotes into typographic ones while people type. */
const QUOTES: Readonly<Record<string, string>> = { '"': '"', "'": "'", '“': '”', '”': '”', '„': '“', '‘': '’', '’': '’' };

/** What nobody types and databases refuse: control characters other than white space. */
const UNTYPED = /[^\P{Cc}\s]/gu;

/** Splits what was typed. Quotes keep spaces together, a backslash keeps the next quote or backslash. Refuses a quote that never ends. */
export function splitWords(text: string): Words | Refusal {
  if (text.length > MOST_CHARACTERS) return refuse(`The command is longer than ${MOST_CHARACTERS} characters.`, 'Shorten it.');
  const words: string[] = [];
  const options: Record<string, string> = {};
  let word = '';
  let started = false;
  let equals = -1;
  let closing = '';

  const finish = (): void => {
    if (!started) return;
    const name = equals > 0 ? word.slice(0, equals) : '';
    if (/^[a-z][a-z0-9_]*$/.test(name)) options[name] = word.slice(equals + 1);
    else words.push(word);
    word = '';
    started = false;
    equals = -1;
  };

  let escaping = false;
  const characters = [...text.toWellFormed().replace(UNTYPED, '')];
  for (const [index, character] of characters.entries()) {
    const escaped: boolean = escaping;
    escaping = !escaped && character === '\\' && isEscapable(characters[index + 1]);
    if (escaping) {
      started = true;
    } else if (closing !== '') {
      if (character === closing && !escaped) closing = '';
      else word += character;
    } else if (/\s/.test(character)) {
      finish();
    } else if (character in QUOTES && !escaped && (word === '' || word.endsWith('='))) {
      closing = character === '"' || character === "'" ? character : (QUOTES[character] ?? '"');
      started = true;
    } else {
      if (character === '=' && equals < 0) equals = word.length;
      word += character;
      started = true;
    }
  }
  if (closing !== '') return refuse('A quote is opened and never closed.', `Close it with ${closing}.`);
  finish();
  return { words, options };
}

function isEscapable(character: string | undefined): boolean {
  return character !== undefined && (character in QUOTES || character === '\\');
}
