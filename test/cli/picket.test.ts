// The command line itself: help, version, words it does not know, mistakes in the configuration.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { run } from './run.ts';

describe('picket', () => {
  it.each([[['--help']], [['-h']], [['help']], [[]]])('tells every command for %j', async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    for (const word of ['start', 'check', 'manifests', 'schema', '--version', 'picket.yaml']) expect(out).toContain(word);
  });

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await run(['--version'])).toEqual({ code: 0, out: version, err: '' });
  });

  it('tells what one command does, without doing it', async () => {
    expect(await run(['start', '--help'])).toMatchObject({ code: 0, out: expect.stringContaining('picket start: starts Picket') });
  });

  it.each([
    ['strat', 'picket has no command strat; did you mean start? See picket --help.'],
    ['frobnicate', 'picket has no command frobnicate. See picket --help.'],
  ])('does not know %s', async (word, message) => {
    expect(await run([word])).toEqual({ code: 2, out: '', err: message });
  });

  it('refuses arguments that a command does not take', async () => {
    expect(await run(['check', 'all'])).toMatchObject({ code: 2, err: 'picket check takes no arguments, and got all' });
  });

  it.each(['start', 'check', 'manifests'])('%s tells every mistake in the configuration and ends with 1', async (command) => {
    const { code, out, err } = await run([command], { SLACK_BOT_TOKEN: 'xoxb-1', PICKET_PORT: 'x' });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('SLACK_SIGNING_SECRET is empty: copy it from Basic Information > App Credentials');
    expect(err).toContain('PICKET_PORT is x');
  });
});
