// What the bot stands in during the bench: a database with every safety on, Slack's stand-in, the target, files of configuration.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '../src/model/log.ts';
import { openStore, type Store } from '../src/store/db.ts';
import { startEmbedded } from '../src/store/embedded.ts';
import { type FakeChannel, type FakeSlack, type FakeUser, startFakeSlack } from '../test/support/fake-slack/fake-slack.ts';
import { startTarget, type Target } from './target.ts';

/** A channel to ask in, one to type commands in, and the playbook that asks in the first. */
export interface Seat {
  readonly playbook: string;
  readonly ask: FakeChannel;
  readonly commands: FakeChannel;
}

export interface Scene {
  readonly log: Log;
  readonly store: Store;
  readonly slack: FakeSlack;
  readonly target: Target;
  readonly ingestSecret: string;
  readonly analyst: FakeUser;
  readonly admin: FakeUser;
  readonly seats: readonly Seat[];
  readonly cwd: string;
  /** Environment of a bot with Slack, and of one without any chat platform. */
  readonly withSlack: Readonly<Record<string, string>>;
  readonly plain: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const SEATS = 20;
/** Five steps with one call each. */
const STEPS = [1, 2, 3, 4, 5];
/** How many runs one incident of the throughput test starts. */
export const RUNS_PER_INCIDENT = 5;

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined, child: () => silent };

export async function openScene(): Promise<Scene> {
  const home = await mkdtemp(join(tmpdir(), 'picket-bench-'));
  const server = await startEmbedded({ home, log: silent });
  const [slack, target, store] = [await startFakeSlack(), await startTarget(), openStore({ url: server.url, log: silent })];
  const analyst = slack.addUser({ name: 'bob' });
  const admin = slack.addUser({ name: 'carol' });
  const incidents = slack.addChannel({ name: 'incidents' });
  const seats = Array.from({ length: SEATS }, (_, i) => ({
    playbook: `ask-${i}`,
    ask: slack.addChannel({ name: `ask-${i}` }),
    commands: slack.addChannel({ name: `commands-${i}` }),
  }));
  const ingestSecret = 'only-for-the-bench-0123456789abcdef';

  const [playbooks, questions] = [join(home, 'playbooks'), join(home, 'questions')];
  await mkdir(playbooks);
  await mkdir(questions);
  await writeFile(join(playbooks, 'five-steps.yaml'), fiveSteps(target.url));
  for (const { playbook } of seats) await writeFile(join(questions, `${playbook}.yaml`), asking(playbook, target.url));
  await writeFile(join(home, 'rules.yaml'), rules());
  const people = (account: (user: FakeUser) => string): string =>
    `people:\n  bob: { name: Bob Weber, roles: [analyst]${account(analyst)} }\n  carol: { name: Carol Ortiz, roles: [admin]${account(admin)} }\n` +
    `roles: { analyst: {}, admin: {} }\nhttp: { allowedPrivateHosts: [${target.host}] }\n`;
  const channel = (name: string, at: FakeChannel): string => `  ${name}: { slack: ${slack.team.id}/${at.id} }\n`;
  await writeFile(
    join(home, 'slack.yaml'),
    `${people((user) => `, slack: ${slack.team.id}/${user.id}`)}channels:\n${channel('incidents', incidents)}` +
      `${seats.map((seat) => channel(seat.playbook, seat.ask)).join('')}incidentChannels: [incidents]\n`,
  );
  await writeFile(
    join(home, 'plain.yaml'),
    people(() => ''),
  );

  const shared = {
    DATABASE_URL: server.url,
    PICKET_INGEST_SECRET: ingestSecret,
    PICKET_RULES: join(home, 'rules.yaml'),
    PICKET_HOST: '127.0.0.1',
    PICKET_LOG_LEVEL: 'warn',
  };
  return {
    log: silent,
    store,
    slack,
    target,
    ingestSecret,
    analyst,
    admin,
    seats,
    cwd: home,
    withSlack: {
      ...shared,
      PICKET_CONFIG: join(home, 'slack.yaml'),
      PICKET_PLAYBOOKS: `${playbooks},${questions}`,
      SLACK_SIGNING_SECRET: slack.team.signingSecret,
      SLACK_BOT_TOKEN: slack.team.botToken,
      SLACK_API_URL: slack.apiUrl,
    },
    // One real system must be configured, or the sandbox would run inside the bot's process.
    plain: {
      ...shared,
      PICKET_CONFIG: join(home, 'plain.yaml'),
      PICKET_PLAYBOOKS: playbooks,
      SERVICENOW_URL: target.url,
      SERVICENOW_USER: 'bench',
      SERVICENOW_PASSWORD: 'bench',
    },
    close: async () => {
      await slack.stop();
      await target.close();
      await store.close();
      await server.stop();
      await rm(home, { recursive: true, force: true });
      await rm(server.dir, { recursive: true, force: true });
    },
  };
}

function call(url: string, path: string): string {
  return `{ method: POST, url: "${url}/${path}", body: { from: bench }, repeatable: true }`;
}

function asking(name: string, url: string): string {
  return `name: ${name}
description: Asks, then makes one call.
on: { entity: ip }
permissions: { run: [analyst], approve: [admin] }
steps:
  - id: decision
    approval:
      question: "Go on with \${{ ip.value }}?"
      choices: { go: { label: Go }, stop: { label: Stop } }
      ask: { channels: [${name}] }
      expires: { after: 2d }
  - if: decision.choice == "go"
    steps:
      - { id: next, action: http.request, with: ${call(url, 'next/${{ ip.value }}')} }
`;
}

function fiveSteps(url: string): string {
  const steps = STEPS.map((n) => `  - { id: step_${n}, action: http.request, with: ${call(url, `steps/${n}`)} }\n`).join('');
  return `name: five-steps
description: Five steps with one call each.
on: { incident: {} }
permissions: { run: [analyst], approve: [admin] }
steps:
${steps}`;
}

function rules(): string {
  return `rules:
  - name: Throughput
    order: 1
    trigger: incident-created
    conditions:
      - { property: IncidentSeverity, operator: Equals, values: [High] }
    actions:
${'      - run_playbook: five-steps\n'.repeat(RUNS_PER_INCIDENT)}`;
}
