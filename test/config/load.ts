// Settings from a folder of a test's own; the folders are removed after each test.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect } from 'vitest';
import { loadSettings } from '../../src/config.ts';
import { ConfigError, messageOf } from '../../src/model/errors.ts';

export const TENANT = '11111111-2222-3333-4444-555555555555';
export const OBJECT = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee';
export const SLACK = { SLACK_SIGNING_SECRET: 's'.repeat(32), SLACK_BOT_TOKEN: 'xoxb-test' };
export const REAL = { ...SLACK, PICKET_PUBLIC_URL: 'https://picket.example.com' };

const folders: string[] = [];
afterEach(() => {
  for (const made of folders.splice(0)) rmSync(made, { recursive: true });
});

export function folder(files: Record<string, string> = {}): string {
  const made = mkdtempSync(join(tmpdir(), 'picket-config-'));
  folders.push(made);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(made, name), text);
  return made;
}

export function load(env: Record<string, string> = {}, yaml?: string) {
  return loadSettings({ env, cwd: folder(yaml === undefined ? {} : { 'picket.yaml': yaml }) });
}

/** The message of the refusal; '' when there is none. */
export function refusal(env: Record<string, string>, yaml?: string): string {
  try {
    load(env, yaml);
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return messageOf(error);
  }
}
