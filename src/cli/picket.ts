// The command line: finds the command, runs it, turns what goes wrong into one clear message and an exit code.
// Exit codes: 0 done, 1 it failed or found problems, 2 the command line was not understood.
import { readFileSync } from 'node:fs';
import { closeMatch } from '../model/close-match.ts';
import { ConfigError } from '../model/errors.ts';
import type { CliCommand, Terminal } from './terminal.ts';

// Each is loaded when it is called: the help needs none of them.
const COMMANDS: readonly CliCommand[] = [
  {
    name: 'start',
    summary: 'starts Picket; ends on SIGINT or SIGTERM',
    run: async (terminal) => (await import('./start.ts')).start(terminal),
  },
  {
    name: 'check',
    summary: 'checks configuration, playbooks, automation rules and cards; exit code 1 when anything is wrong',
    run: async (terminal) => (await import('./check.ts')).check(terminal),
  },
  {
    name: 'manifests',
    summary: 'writes the Slack manifest and the Teams app package to dist/manifests',
    run: async (terminal) => (await import('./manifests.ts')).manifests(terminal),
  },
  {
    name: 'schema',
    summary: 'writes playbooks/playbook.schema.json, which editors complete and check playbooks with',
    run: async (terminal) => (await import('./schema.ts')).schema(terminal),
  },
];

/** Runs `picket <args>` and resolves to the exit code. `start` resolves when a signal has ended it. */
export async function picket(args: readonly string[], terminal: Terminal = processTerminal()): Promise<number> {
  const [word, ...rest] = args;
  if (word === undefined || word === '--help' || word === '-h' || word === 'help') return say(terminal, help());
  if (word === '--version' || word === '-v') return say(terminal, version());
  const command = COMMANDS.find(({ name }) => name === word);
  if (command === undefined) return misunderstood(terminal, unknown(word));
  if (rest.includes('--help') || rest.includes('-h')) return say(terminal, `picket ${command.name}: ${command.summary}`);
  if (rest[0] !== undefined) return misunderstood(terminal, `picket ${command.name} takes no arguments, and got ${rest.join(' ')}`);
  try {
    return await command.run(terminal);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    terminal.err(error.message);
    return 1;
  }
}

function processTerminal(): Terminal {
  return { cwd: process.cwd(), env: undefined, out: (text) => console.log(text), err: (text) => console.error(text) };
}

function help(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    'Picket: security incidents, playbooks and approvals in Slack, Microsoft Teams and e-mail.',
    '',
    'Usage: picket <command>',
    '',
    ...lines,
    '',
    '  --help     shows this',
    '  --version  shows the version',
    '',
    'Configuration: picket.yaml (or the file PICKET_CONFIG names), .env and the environment; see picket.example.yaml.',
    'With nothing configured, `picket start` is a demonstration on this machine alone.',
  ].join('\n');
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const found: unknown = JSON.parse(text);
  return typeof found === 'object' && found !== null && 'version' in found ? String(found.version) : 'unknown';
}

function unknown(word: string): string {
  const near = closeMatch(
    word,
    COMMANDS.map(({ name }) => name),
  );
  return `picket has no command ${word}${near === '' ? '.' : `; did you mean ${near}?`} See picket --help.`;
}

function say(terminal: Terminal, text: string): number {
  terminal.out(text);
  return 0;
}

function misunderstood(terminal: Terminal, text: string): number {
  terminal.err(text);
  return 2;
}
