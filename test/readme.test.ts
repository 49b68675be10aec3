// Keeps README.md, CONTRIBUTING.md and CHANGELOG.md true: tables are made from the code, examples are loaded and executed, links exist.
// `README=write npx vitest run test/readme.test.ts` writes the tables of README.md anew.
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commands } from '../src/chat/commands/index.ts';
import { SETTINGS_REFERENCE } from '../src/config.ts';
import { createDeliveries } from '../src/http/deliveries.ts';
import { ingestRoutes } from '../src/http/ingest.ts';
import { createHttpServer } from '../src/http/server.ts';
import { readSentinelBody, saveIncident } from '../src/incidents/receive.ts';
import type { ActionCatalogue } from '../src/model/action.ts';
import { isRefusal } from '../src/model/errors.ts';
import type { Playbook } from '../src/model/playbook.ts';
import type { Settings } from '../src/model/settings.ts';
import { type Known, loadPlaybooks, parsePlaybook } from '../src/playbooks/load.ts';
import { parseRules } from '../src/rules/load.ts';
import { run } from './cli/run.ts';
import { folder, load, REAL, TENANT } from './config/load.ts';
import { realCatalogue } from './playbooks/real-catalogue.ts';
import { testDatabase } from './support/database.ts';
import { quietLog } from './support/quiet-log.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const TEAMS = { TEAMS_APP_ID: TENANT, TEAMS_APP_PASSWORD: 'only-for-tests', TEAMS_APP_TENANT: TENANT };

const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const readme = (): string => read('README.md');

let catalogue: ActionCatalogue;
let known: Known;
let shipped: ReadonlyMap<string, Playbook>;
beforeAll(async () => {
  catalogue = await realCatalogue();
  const { roles, channels } = exampleSettings();
  known = { catalogue, roles: roles.map(({ name }) => name), channels: channels.map(({ name }) => name) };
  shipped = loadPlaybooks([join(ROOT, 'playbooks')], known).playbooks;
});

describe('the tables of the README', () => {
  const tables: Readonly<Record<string, () => string | Promise<string>>> = {
    settings: settingsTables,
    commands: () =>
      table(
        ['Command', 'What it does'],
        commands.map(({ usage, summary }) => [code(`/playbook ${usage}`), summary]),
      ),
    cli: async () => table(['Command', 'What it does'], await commandLine()),
    playbooks: () => table(['Playbook', 'Runs on', 'What it does'], [...shipped.values()].map(playbookRow)),
    actions: () => table(['Action', 'Effect', 'What it does', 'Inputs'], catalogue.list().map(actionRow)),
  };

  it.each(Object.keys(tables))('%s: as the code has it', async (name) => {
    const wanted = `<!-- ${name} -->\n${await tables[name]?.()}\n<!-- /${name} -->`;
    const section = new RegExp(`<!-- ${name} -->[^]*?<!-- /${name} -->`);
    const whole = readme().replace(section, () => wanted);
    if (process.env.README === 'write') writeFileSync(join(ROOT, 'README.md'), whole);
    expect(section.exec(readme())?.[0]).toBe(wanted);
  });

  it('name every file in playbooks/', () => {
    const files = readdirSync(join(ROOT, 'playbooks')).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((name) => !readme().includes(`playbooks/${name}`))).toEqual([]);
  });
});

describe('the examples of the README', () => {
  it('are yaml of a kind that is checked here', () => {
    expect(blocks('yaml').map(kindOf).toSorted()).toEqual(['people', 'playbook', 'rules', 'steps', 'steps', 'steps']);
  });

  it.each(named('playbook'))('a playbook loads: %s', (_, text) => {
    expect(parsePlaybook(text, 'README.md', known).steps.length).toBeGreaterThan(0);
  });

  it.each(named('steps'))('steps load in a playbook: %s', (_, text) => {
    const head =
      'name: example\ndescription: An example.\non: { incident: { entities: [account, ip] } }\npermissions: { approve: [admin] }\nsteps:\n';
    expect(parsePlaybook(head + text, 'README.md', known).steps.length).toBeGreaterThan(0);
  });

  it.each(named('rules'))('rules load: %s', (_, text) => {
    expect(parseRules(text, 'README.md', { playbooks: shipped })).toMatchObject({ problems: [], warnings: [], rules: [expect.anything()] });
  });

  it('picket.yaml gives everybody and every place', () => {
    const settings = exampleSettings();
    expect(settings.people.map(({ id }) => id)).toEqual(['bob', 'carol', 'dave']);
    expect(settings.channels.map(({ places }) => places.map(({ platform }) => platform))).toEqual([['slack', 'teams']]);
  });

  it('send.mjs signs what Picket takes, and another secret is refused', async () => {
    const secret = 'only-for-tests-0123456789';
    const database = await testDatabase();
    const ingest = ingestRoutes({
      secret,
      deliveries: createDeliveries(database.store),
      receive: async (body) => {
        const parsed = readSentinelBody(body);
        if (isRefusal(parsed)) return parsed;
        return { accepted: true, incidentId: (await saveIncident(database.store, parsed, [])).incidentId };
      },
      now: () => new Date(),
      log: quietLog,
    });
    const server = createHttpServer({ host: '127.0.0.1', port: 0, routes: [], app: ingest, log: quietLog });
    try {
      const { port } = await server.listen();
      const cwd = folder({ 'send.mjs': blocks('js')[0] ?? '', 'incident.json': blocks('json')[0] ?? '' });
      const send = async (key: string): Promise<string> => {
        const env = { PICKET_PUBLIC_URL: `http://127.0.0.1:${port}`, PICKET_INGEST_SECRET: key };
        return (await promisify(execFile)(process.execPath, ['send.mjs', 'incident.json'], { cwd, env })).stdout;
      };
      expect(await send('another-secret-0123456789')).toMatch(/^401 .*"error":"The signature is wrong\."/);
      expect(await send(secret)).toMatch(/^202 {"accepted":true,"incidentId":"[0-9a-f-]{36}"}/);
      const { rows } = await database.store.query<{ number: string; kinds: string }>(
        `SELECT number, (SELECT string_agg(entity->>'kind', ' ') FROM jsonb_array_elements(body->'entities') AS entity) AS kinds FROM incident`,
      );
      expect(rows).toEqual([{ number: '4790', kinds: 'account ip' }]);
    } finally {
      await server.close();
      await database.drop();
    }
  });
});

describe('the documents', () => {
  it('give the two commands as they are typed', () => {
    expect(blocks('sh')).toContain('npm ci && npm start\n');
    expect(blocks('sh')).toContain('npm ci && npm test\n');
  });

  it.each(DOCUMENTS)('%s: every relative link and picture leads somewhere', (name) => {
    const targets = [...read(name).matchAll(/\]\((?!https?:)([^)\s#]*)(#[^)\s]*)?\)/g)];
    const broken = targets.filter(([, file = '', anchor = '']) => {
      if (!existsSync(join(ROOT, file))) return true;
      return anchor !== '' && !anchors(read(file === '' ? name : file)).includes(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  it('have pictures of less than 200 KB, and none that nobody sees', () => {
    for (const picture of readdirSync(join(ROOT, 'docs'))) {
      expect(readme()).toContain(`](docs/${picture})`);
      expect(statSync(join(ROOT, 'docs', picture)).size).toBeLessThan(200_000);
    }
  });

  it.each(DOCUMENTS)('%s: names no setting that does not exist', (name) => {
    const names = [...read(name).matchAll(/\b(?:PICKET|SLACK|TEAMS|AZURE|ENTRA|SENTINEL|DEFENDER|SERVICENOW|PALOALTO|SMTP)_[A-Z_]+\b/g)];
    const settings = [...SETTINGS_REFERENCE.map((setting) => setting.name), 'PICKET_CHROMIUM', 'PICKET_FLOW'];
    expect(names.map(([found]) => found).filter((found) => !settings.includes(found))).toEqual([]);
  });

  it.each(DOCUMENTS)('%s: names no place of the machine it was written on, and nobody real', (name) => {
    const folders = ['work', 'root', 'home', 'Users', 'tmp', 'mnt'].join('|');
    expect(read(name)).not.toMatch(new RegExp(`(?<![\\w.:/-])/(?:${folders})/[\\w.-]`));
    const addresses = [...read(name).matchAll(/[\w.+-]+@((?:[\w-]+\.)+[a-z]{2,})\b/g)].map(([, domain = '']) => domain);
    expect(addresses.filter((domain) => !['contoso.com', 'example.com', 'thread.tacv2'].includes(domain))).toEqual([]);
    const numbers = [...read(name).matchAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g)].map(([found]) => found);
    expect(numbers.filter((found) => !/^(?:203\.0\.113\.|198\.51\.100\.|192\.0\.2\.|127\.|0\.0\.0\.0$)/.test(found))).toEqual([]);
  });

  it('CONTRIBUTING.md names every room and every script', () => {
    const rooms = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map((room) => `${room.name}/`).filter((room) => !read('CONTRIBUTING.md').includes(code(room)))).toEqual([]);
    const { scripts, version }: { scripts: object; version: string } = JSON.parse(read('package.json'));
    const typed = Object.keys(scripts).map((name) => (name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`));
    expect(typed.filter((script) => !read('CONTRIBUTING.md').includes(code(script)))).toEqual([]);
    expect(read('CHANGELOG.md')).toContain(`## ${version}`);
  });

  it.each(DOCUMENTS)('%s: names no file that is not there', (name) => {
    const paths = [...read(name).matchAll(/(?<![\w./-])(?:src|test|cards|playbooks|manifests|bench|bin|docs|\.ci)\/[\w./-]*/g)];
    const files = paths.map(([path]) => path.replace(/\.$/, ''));
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

function exampleSettings(): Settings {
  return load({ ...REAL, ...TEAMS }, blocks('yaml').find((block) => kindOf(block) === 'people') ?? '');
}

/** The yaml blocks of a kind, each with its first line to call it by. */
function named(kind: string): readonly (readonly [title: string, text: string])[] {
  const found = blocks('yaml').filter((block) => kindOf(block) === kind);
  return found.map((text) => [text.split('\n', 1)[0] ?? '', text] as const);
}

/** Contents of the fenced blocks of one language. */
function blocks(language: string): readonly string[] {
  return [...readme().matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);
}

function kindOf(block: string): string {
  if (/^people:/m.test(block)) return 'people';
  if (/^rules:/m.test(block)) return 'rules';
  if (/^name:/m.test(block)) return 'playbook';
  return block.startsWith('- ') ? 'steps' : 'unknown';
}

/** As GitHub makes them of headings. */
function anchors(text: string): readonly string[] {
  const made = (title: string): string =>
    `#${title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-')}`;
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => made(title));
}

/** Columns as wide as their widest cell, as the formatter wants them. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const [first = '', ...others] = cells.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  return [first, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...others].join('\n');
}

function code(text: string): string {
  return text === '' ? '' : `\`${text}\``;
}

function settingsTables(): string {
  const groups = [...new Set(SETTINGS_REFERENCE.map(({ group }) => group))];
  const rowsOf = (group: string): string[][] =>
    SETTINGS_REFERENCE.filter((setting) => setting.group === group).map((setting) => [
      code(setting.name),
      setting.meaning,
      code(setting.default),
      setting.required,
    ]);
  return groups.map((group) => `**${group}**\n\n${table(['Variable', 'What it is', 'Default', 'Needed'], rowsOf(group))}`).join('\n\n');
}

async function commandLine(): Promise<string[][]> {
  const { out } = await run(['--help']);
  const lines = [...out.matchAll(/^ {2}(-*\w+) +(.+)$/gm)];
  expect(lines.length).toBeGreaterThan(2);
  return lines.map(([, name = '', summary = '']) => [code(`node bin/picket ${name}`), summary]);
}

function playbookRow({ name, on, description }: Playbook): string[] {
  return [`[${name}](playbooks/${name}.yaml)`, on.kind === 'entity' ? on.kinds.join(' or ') : on.kind, description];
}

function actionRow({ name, effect, description, input }: ReturnType<ActionCatalogue['list']>[number]): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' });
  const inputs = Object.keys(properties).map((each) => code(required.includes(each) ? each : `${each}?`));
  return [code(name), effect, description, inputs.join(', ')];
}
