// Reads single variables by their line in the reference, and collects what is wrong with them, so that an operator sees everything at once.
import { isIP } from 'node:net';
import { SETTINGS_REFERENCE, type SettingGroup } from './reference.ts';

/** The variables of one start. Every method answers something usable: what is wrong is in `problems`. */
export interface Environment {
  /** One line each, naming the variable and the cure. */
  readonly problems: string[];
  /** True when a variable of the group is set. */
  uses(group: SettingGroup): boolean;
  isSet(name: string): boolean;
  /** The value or its default, trimmed. */
  text(name: string): string;
  /** As text; a problem when empty. */
  required(name: string): string;
  list(name: string): readonly string[];
  /** Without trailing slashes. https, unless the host is loopback. */
  url(name: string): string;
  requiredUrl(name: string): string;
  integer(name: string, range: { readonly min: number; readonly max: number }): number;
  oneOf<const T extends string>(name: string, values: readonly [T, ...T[]]): T;
  /** Adds the problem `NAME message`. */
  refuse(name: string, message: string): void;
}

/** Takes the variables, those of a `.env` file already among them. */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>>): Environment {
  const problems: string[] = misspelled(variables);
  const refuse = (name: string, message: string): void => void problems.push(`${name} ${message}`);
  const given = (name: string): string => variables[name]?.trim() ?? '';
  const text = (name: string): string => given(name) || entry(name).default;

  function required(name: string): string {
    const value = text(name);
    if (value === '') refuse(name, `is empty: ${entry(name).remedy}`);
    return value;
  }

  function checkedUrl(name: string, value: string): string {
    if (value === '') return '';
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
      refuse(name, 'is not an address: write it with https://');
    } else if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
      refuse(name, 'holds more than an address: leave user, password, ? and # out');
    } else if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
      refuse(name, `would send secrets in the clear: write https://${url.host}`);
    }
    return value.replace(/\/+$/, '');
  }

  return {
    problems,
    refuse,
    text,
    required,
    isSet: (name) => given(name) !== '',
    uses: (group) => SETTINGS_REFERENCE.some((setting) => setting.group === group && given(setting.name) !== ''),
    list: (name) =>
      text(name)
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== ''),
    url: (name) => checkedUrl(name, text(name)),
    requiredUrl: (name) => checkedUrl(name, required(name)),
    integer(name, { min, max }) {
      const value = text(name);
      const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      refuse(name, `is ${value}: write a whole number from ${min} to ${max}`);
      return min;
    },
    oneOf(name, values) {
      const value = text(name);
      const found = values.find((candidate) => candidate === value);
      if (found === undefined) refuse(name, `is ${value}: write one of ${values.join(', ')}`);
      return found ?? values[0];
    },
  };
}

/** True for names and addresses that never leave this machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

function entry(name: string): (typeof SETTINGS_REFERENCE)[number] {
  const found = SETTINGS_REFERENCE.find((setting) => setting.name === name);
  if (found === undefined) throw new Error(`${name} is not in SETTINGS_REFERENCE`);
  return found;
}

// Others share the environment, so an unknown name is wrong only when it is one slip from a name of ours, in a group that is in use.
function misspelled(variables: Readonly<Record<string, string | undefined>>): string[] {
  const isSet = (name: string): boolean => (variables[name] ?? '') !== '';
  const groups = new Set<SettingGroup>(['Picket', ...SETTINGS_REFERENCE.filter(({ name }) => isSet(name)).map(({ group }) => group)]);
  const known = new Set(SETTINGS_REFERENCE.map(({ name }) => name));
  const wanted = SETTINGS_REFERENCE.filter(({ name, group }) => groups.has(group) && !isSet(name)).map(({ name }) => name);
  return Object.keys(variables)
    .filter((name) => !known.has(name))
    .map((name) => ({ name, near: wanted.find((candidate) => differByOne(name, candidate)) }))
    .flatMap(({ name, near }) => (near === undefined ? [] : [`${name} is not a setting: did you mean ${near}?`]));
}

// One letter more, less or other.
function differByOne(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (short === long) return false;
  let same = 0;
  while (same < short.length && short[same] === long[same]) same += 1;
  return short.slice(short.length === long.length ? same + 1 : same) === long.slice(same + 1);
}
