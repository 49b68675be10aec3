// An outside that is down, slow, limits or talks nonsense, files with mistakes, ports that are taken: each is told where it is looked for.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runLog } from '../../src/engine/history.ts';
import type { RunLog } from '../../src/model/run.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.ts';
import { run } from '../cli/run.ts';
import { type App, appSettings, freePort, incidentArrives, startApp } from '../support/app.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { until } from '../support/effects.ts';
import { consoleHands, type Hands } from '../support/hands.ts';
import { quietLog } from '../support/quiet-log.ts';

const AGAIN = 'retry: { attempts: 2, delay: 1s, factor: 1 }';
const playbook = (name: string, on: string, step: string): string =>
  `name: ${name}\ndescription: For tests.\non: ${on}\npermissions: { run: [analyst], approve: [admin] }\nsteps:\n  - { id: call, ${step} }\n`;
const ON_IP = '{ entity: ip }';
const FILES = {
  'ticket.yaml': playbook('ticket', '{ incident: {} }', `action: servicenow.create_incident, with: { short_description: x }, ${AGAIN}`),
  'find.yaml': playbook('find', ON_IP, `action: defender.find_machine, with: { host: wks01 }, timeout: 1s, ${AGAIN}`),
  'who.yaml': playbook('who', ON_IP, `action: entra.resolve_user, with: { user: alice@contoso.com }, ${AGAIN}`),
  'later.yaml': playbook('later', ON_IP, 'action: entra.resolve_user, with: { user: bob@contoso.com }, retry: { attempts: 5, delay: 60s }'),
  'block.yaml': playbook('block', ON_IP, `action: paloalto.block_ip, with: { ip: 203.0.113.9 }, unattended: only for tests, ${AGAIN}`),
  'broken.yaml': 'name: broken\ndescription: [\n',
  'wrong.yaml': playbook('wrong', ON_IP, 'action: paloalto.blok_ip, with: { ip: 203.0.113.9 }'),
};

let sandbox: Sandbox;
let database: TestDatabase;
let app: App;
let bob: Pick<Hands, 'command' | 'texts'>;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picket-files-'));
  for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  sandbox = await startSandbox({ log: quietLog });
  database = await testDatabase();
  const base = await appSettings(database.url);
  app = await startApp({ ...base, playbookDirs: [...base.playbookDirs, folder] }, sandbox);
  bob = consoleHands(() => app);
});
afterEach(async () => void (await fetch(`${sandbox.url}/control/faults`, { method: 'DELETE' })));
afterAll(async () => {
  await app.stop();
  await sandbox.stop();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function fault(given: object): Promise<void> {
  const answer = await fetch(`${sandbox.url}/control/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(given),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function begin(text: string): Promise<string> {
  const told = await bob.command('bob', `run ${text}`);
  const number = /Run (\d+) accepted/.exec(told)?.[1];
  if (number === undefined) throw new Error(told);
  return number;
}

async function logOf(number: string): Promise<RunLog> {
  const { rows } = await database.store.query<{ id: string }>('SELECT id FROM run WHERE number = $1', [number]);
  const log = await runLog(database.store, rows[0]?.id ?? '');
  if (log === null) throw new Error(`no run ${number}`);
  return log;
}

async function ended(number: string, status: string): Promise<RunLog> {
  await until(async () => (await logOf(number)).status === status, `run ${number} ends as ${status}`);
  return logOf(number);
}

async function callsTo(system: string): Promise<number> {
  const made: { system: string }[] = JSON.parse(await (await fetch(`${sandbox.url}/control/requests`)).text());
  return made.filter((one) => one.system === system).length;
}

/** The run failed after it was tried again; reason and attempts stand in its log, its card and in what `show` tells. */
async function expectFails(number: string, reason: RegExp): Promise<void> {
  const log = await ended(number, 'failed');
  expect(log.summary).toMatch(reason);
  expect(log.steps.map(({ attempt, status }) => ({ attempt, status }))).toEqual([
    { attempt: 1, status: 'failed' },
    { attempt: 2, status: 'failed' },
  ]);
  for (const { error } of log.steps) expect(error).toMatch(reason);
  const told = await bob.command('bob', `show ${number}`);
  expect(told).toMatch(reason);
  expect(told).toContain('attempt 2');
  await until(
    async () => (await bob.texts('dave')).some((text) => text.includes(`Run ${number} ·`) && reason.test(text)),
    `the card of run ${number} tells why`,
  );
}

describe('an outside system', () => {
  it('that is down fails the step after it was tried again, and the incident tells', async () => {
    await fault({ system: 'servicenow', kind: 'status', status: 503 });
    const { number: incident } = await incidentArrives(app, sandbox, { severity: 'Low', title: 'Down' });
    await until(async () => (await bob.texts('bob')).some((text) => text.includes(`#${incident}`)), 'the incident stands');
    const number = await begin(`ticket ${incident}`);
    await expectFails(number, /ServiceNow.*503/);
    await until(
      async () => (await bob.texts('dave')).some((text) => text.includes(`#${incident}`) && /failed[\s\S]*ServiceNow[\s\S]*503/.test(text)),
      "the incident's card tells",
    );
  });

  it('that is slow fails the step at its limit', async () => {
    await fault({ system: 'defender', kind: 'delay', ms: 4_000 });
    await expectFails(await begin('find 203.0.113.9'), /no answer within 1 s/);
  });

  it('that talks nonsense fails the step with what was not understood', async () => {
    await fault({ system: 'panos', kind: 'nonsense' });
    const log = await ended(await begin('block 203.0.113.9'), 'failed');
    expect(log.summary).toMatch(/firewall|PAN-OS/i);
    expect(log.summary).not.toContain('<html');
  });

  it('that limits is waited for as long as it asks, and the step is done once', async () => {
    await fault({ system: 'graph', kind: 'status', status: 429, retryAfter: 1, times: 2 });
    const log = await ended(await begin('who 203.0.113.9'), 'succeeded');
    expect(Date.parse(log.finishedAt) - Date.parse(log.createdAt)).toBeGreaterThan(1_900);
    expect(log.steps.filter(({ status }) => status === 'done')).toHaveLength(1);
  });

  it('that is down does not keep a run from being cancelled: no call comes after', async () => {
    await fault({ system: 'graph', kind: 'status', status: 503 });
    const number = await begin('later 203.0.113.9');
    await until(async () => (await logOf(number)).steps.some(({ status }) => status === 'failed'), 'the first attempt failed');
    expect((await logOf(number)).status).toMatch(/running|waiting/);
    expect(await bob.command('bob', `cancel ${number}`)).toContain(`Run ${number} is cancelled`);
    const calls = await callsTo('graph');
    await ended(number, 'cancelled');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await callsTo('graph')).toBe(calls);
  });

  it('the directory, when down, starts nothing on a name', async () => {
    await fault({ system: 'graph', kind: 'reset' });
    const told = await bob.command('bob', 'run block-user alice');
    expect(told).toMatch(/could not be asked who[\s\S]*alice/);
    expect(told).toContain('Nothing was started');
  });
});

describe('files with mistakes', () => {
  it('are left out, the others run, and check names file, line and what is wrong', async () => {
    expect(await bob.command('bob', 'run broken 203.0.113.9')).toContain('no playbook');
    const listed = await bob.command('bob', 'list');
    for (const name of ['who', 'ticket', 'block-user', 'stop-compromised-user']) expect(listed).toContain(`${name} <`);
    expect(listed).not.toMatch(/wrong <|broken </);
    const { code, err } = await run(['check'], {
      PICKET_PLAYBOOKS: folder,
      PICKET_RULES: join(process.cwd(), 'playbooks/automation-rules.yaml'),
    });
    expect(code).toBe(1);
    expect(err).toMatch(/broken\.yaml:\d+:\d+ \S/);
    expect(err).toMatch(/wrong\.yaml:6:\d+ .*paloalto\.blok_ip.*did you mean paloalto\.block_ip/);
  });
});

describe('a start', () => {
  it('on a port that is taken names the setting, and the Picket that has it goes on', async () => {
    await expect(startApp({ ...app.settings, consolePort: await freePort() }, sandbox)).rejects.toThrow(
      new RegExp(`port ${app.port} .*in use.*PICKET_PORT`),
    );
    await expect(startApp({ ...app.settings, port: await freePort() }, sandbox)).rejects.toThrow(/in use.*PICKET_CONSOLE_PORT/);
    expect(await bob.command('bob', 'list')).toContain('playbooks');
  });

  it('without a secret that is needed names it and where to find it', async () => {
    const { code, err } = await run(['start'], { SLACK_BOT_TOKEN: 'xoxb-x', PICKET_PUBLIC_URL: 'https://picket.example.com' });
    expect(code).not.toBe(0);
    expect(err).toMatch(/SLACK_SIGNING_SECRET.*App Credentials/);
    expect(err).not.toContain('xoxb-x');
  });

  it('without the database it was given names it', async () => {
    await expect(
      startApp({ ...app.settings, databaseUrl: 'postgres://127.0.0.1:1/none', port: 0, consolePort: 0 }, sandbox),
    ).rejects.toThrow(/DATABASE_URL/);
  });
});
