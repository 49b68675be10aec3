// `picket manifests`: fills the app manifests with this installation's addresses and ids, and packs the one for Teams with its icons.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { isMap, parseDocument } from 'yaml';
import { commands } from '../chat/commands/index.ts';
import { loadSettings } from '../config.ts';
import { ConfigError } from '../model/errors.ts';
import type { Settings } from '../model/settings.ts';
import { fillTeamsManifest } from './teams-manifest.ts';
import type { Terminal } from './terminal.ts';

const TEMPLATES = fileURLToPath(new URL('../../manifests', import.meta.url));

export async function manifests({ cwd, env, out }: Terminal): Promise<number> {
  const settings = loadSettings({ cwd, env });
  const folder = join(cwd, 'dist', 'manifests');
  const write = (name: string, content: string | Uint8Array): void => {
    writeFileSync(join(folder, name), content);
    out(`wrote ${relative(cwd, join(folder, name))}`);
  };
  const files = [...slackFiles(settings), ...teamsFiles(settings)];
  if (files.length === 0) throw new ConfigError(NOTHING);
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) write(name, content);
  return 0;
}

const NOTHING =
  'There is no address to put into the manifests: set PICKET_PUBLIC_URL to the https address of your reverse proxy, ' +
  'and TEAMS_APP_ID to the Microsoft App ID for the Teams package.';

type Files = readonly (readonly [name: string, content: string | Uint8Array])[];

// The manifest is needed before there is an app, and so before there is any secret: an address is enough.
function slackFiles({ publicUrl, slack }: Settings): Files {
  if (!publicUrl.startsWith('https://')) return [];
  return [
    ['slack.yaml', fillSlackManifest(read('slack/manifest.yaml').toString(), { publicUrl, socketMode: (slack?.appToken ?? '') !== '' })],
  ];
}

function teamsFiles({ publicUrl, teams }: Settings): Files {
  if (!publicUrl.startsWith('https://') || teams === null) return [];
  const filled = fillTeamsManifest(JSON.parse(read('teams/manifest.json').toString()), { publicUrl, appId: teams.appId, commands });
  const manifest = `${JSON.stringify(filled, null, 2)}\n`;
  const zip = zipSync(
    {
      'manifest.json': Buffer.from(manifest),
      'color.png': read('teams/color.png'),
      'outline.png': read('teams/outline.png'),
    },
    // A fixed time makes the same settings the same file.
    { mtime: '1980-01-01T00:00:00' },
  );
  return [
    ['teams.json', manifest],
    ['picket-teams.zip', zip],
  ];
}

/** Slack's manifest for this address. In Socket Mode Slack connects nowhere, so the addresses go. */
export function fillSlackManifest(template: string, given: { readonly publicUrl: string; readonly socketMode: boolean }): string {
  const document = parseDocument(template.replaceAll('{{publicUrl}}', given.publicUrl));
  if (isMap(document.contents)) document.contents.commentBefore = null; // how to fill it, which is done
  document.commentBefore = ' Paste this at api.slack.com/apps > Create New App > From a manifest.';
  if (given.socketMode) {
    document.setIn(['settings', 'socket_mode_enabled'], true);
    document.deleteIn(['settings', 'event_subscriptions', 'request_url']);
    document.deleteIn(['settings', 'interactivity', 'request_url']);
    document.deleteIn(['features', 'slash_commands', 0, 'url']);
  }
  return document.toString({ lineWidth: 0 });
}

function read(name: string): Buffer {
  return readFileSync(join(TEMPLATES, name));
}
