// The app manifests: valid by the published schema, made from the code's own commands, filled for one installation.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import AjvDraft04 from 'ajv-draft-04';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../../src/chat/commands/index.ts';
import { fillTeamsManifest } from '../../src/cli/teams-manifest.ts';
import { folder, REAL } from '../config/load.ts';
import { run } from './run.ts';

const APP = '11111111-2222-3333-4444-555555555555';
const TEAMS = { TEAMS_APP_ID: APP, TEAMS_APP_PASSWORD: 'p', TEAMS_APP_TENANT: APP, PICKET_PUBLIC_URL: 'https://picket.example.com' };
const SCHEMA = new URL('../../../shared/specs/schemas/teams/MicrosoftTeams.v1.19.schema.json', import.meta.url);
const template: unknown = JSON.parse(readFileSync(new URL('../../manifests/teams/manifest.json', import.meta.url), 'utf8'));

function filled(names = commands.map(({ name, summary }) => ({ name, summary }))) {
  return fillTeamsManifest(template, { publicUrl: 'https://picket.example.com', appId: APP, commands: names });
}

describe('the Teams manifest', () => {
  it.skipIf(!existsSync(SCHEMA))('is valid by the published schema (skipped where ../shared/specs is not there)', () => {
    const validate = new AjvDraft04.default({ strict: false, validateFormats: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));
    for (const manifest of [template, filled()]) {
      validate(manifest);
      expect(validate.errors).toBeNull();
    }
    expect(validate({ ...filled(), scopes: ['team'] })).toBe(false);
  });

  it('offers the commands of the code, in every scope', () => {
    expect(filled().bots).toMatchObject([
      {
        botId: APP,
        scopes: ['personal', 'team', 'groupChat'],
        commandLists: [{ scopes: ['personal', 'team', 'groupChat'], commands: commands.map(({ name }) => ({ title: name })) }],
      },
    ]);
    for (const name of ['run', 'list', 'runs', 'show', 'cancel', 'help']) expect(JSON.stringify(filled())).toContain(`"title":"${name}"`);
  });

  it('stays within what Teams shows: ten commands, short titles and descriptions', () => {
    expect(commands.length).toBeLessThanOrEqual(10);
    for (const { name, summary } of commands) {
      expect(name.length, name).toBeLessThanOrEqual(32);
      expect(summary.length, name).toBeLessThanOrEqual(128);
    }
  });

  it('names this installation and no other', () => {
    expect(filled()).toMatchObject({
      id: APP,
      validDomains: ['picket.example.com'],
      developer: { websiteUrl: 'https://picket.example.com' },
    });
  });
});

describe('the icons', () => {
  it('have the sizes Teams asks for', () => {
    expect(picture('color.png')).toMatchObject({ width: 192, height: 192 });
    expect(picture('outline.png')).toMatchObject({ width: 32, height: 32 });
  });

  it('are opaque, and white on transparent', () => {
    expect(picture('color.png').pixels.every(({ alpha }) => alpha === 255)).toBe(true);
    const { pixels } = picture('outline.png');
    expect(pixels.some(({ alpha }) => alpha === 0)).toBe(true);
    expect(pixels.some(({ alpha }) => alpha === 255)).toBe(true);
    expect(pixels.every(({ red, green, blue }) => red === 255 && green === 255 && blue === 255)).toBe(true);
  });
});

describe('picket manifests', () => {
  it('writes the Slack manifest and packs the Teams app with its icons', async () => {
    const cwd = folder();
    expect(await run(['manifests'], { ...REAL, ...TEAMS }, cwd)).toEqual({
      code: 0,
      out: 'wrote dist/manifests/slack.yaml\nwrote dist/manifests/teams.json\nwrote dist/manifests/picket-teams.zip',
      err: '',
    });
    const slack = readFileSync(join(cwd, 'dist/manifests/slack.yaml'), 'utf8');
    expect(slack).not.toContain('{{');
    expect(parse(slack)).toMatchObject({
      features: { slash_commands: [{ command: '/playbook', url: 'https://picket.example.com/slack/events' }] },
      settings: { socket_mode_enabled: false },
    });
    const files = unzipSync(readFileSync(join(cwd, 'dist/manifests/picket-teams.zip')));
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    expect(JSON.parse(Buffer.from(files['manifest.json'] ?? []).toString())).toEqual(filled());
  });

  it('leaves the addresses out for Socket Mode, where Slack calls nobody', async () => {
    const cwd = folder();
    await run(['manifests'], { ...REAL, SLACK_APP_TOKEN: 'xapp-1' }, cwd);
    const slack = readFileSync(join(cwd, 'dist/manifests/slack.yaml'), 'utf8');
    expect(parse(slack)).toMatchObject({ settings: { socket_mode_enabled: true } });
    expect(slack).not.toContain('/slack/events');
  });

  it('needs only an address for Slack, since the manifest comes before the secrets', async () => {
    const result = await run(['manifests'], { PICKET_PUBLIC_URL: 'https://picket.example.com' });
    expect(result).toEqual({ code: 0, out: 'wrote dist/manifests/slack.yaml', err: '' });
  });

  it('says what is missing when there is no address', async () => {
    expect(await run(['manifests'])).toMatchObject({ code: 1, err: expect.stringContaining('set PICKET_PUBLIC_URL') });
  });
});

/** Reads the 8-bit RGBA pictures that draw-icons.js makes (no filters, one data chunk). */
function picture(name: string) {
  const file = readFileSync(new URL(`../../manifests/teams/${name}`, import.meta.url));
  const width = file.readUInt32BE(16);
  const height = file.readUInt32BE(20);
  const data = inflateSync(file.subarray(41, 41 + file.readUInt32BE(33)));
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const at = Math.floor(index / width) * (width * 4 + 1) + 1 + (index % width) * 4;
    return { red: data[at], green: data[at + 1], blue: data[at + 2], alpha: data[at + 3] };
  });
  return { width, height, pixels };
}
