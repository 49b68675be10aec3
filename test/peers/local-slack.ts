// local-slack as a child process: Slack as somebody else understood it. It listens on all interfaces by itself; a preload keeps it
// on loopback. Nobody is driven through its page: its control API types commands and presses buttons.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const PACKAGE = 'local-slack-linux-x64';
const VERSION = '0.1.8';
const LOOPBACK_PRELOAD = `const serve = Bun.serve.bind(Bun);
Bun.serve = (options) => serve({ ...options, hostname: '127.0.0.1' });
`;

export const PEER = {
  teamId: 'T01PEER',
  botToken: 'xoxb-peer',
  appToken: 'xapp-peer',
  signingSecret: 'peer-signing-secret',
  alice: 'U01ALICE',
  soc: 'C01SOC',
} as const;

const Message = z.looseObject({
  ts: z.string(),
  text: z.string().default(''),
  blocks: z.array(z.looseObject({ type: z.string() })).default([]),
});
export type PeerMessage = z.infer<typeof Message>;
const Messages = z.object({ messages: z.array(Message) });
const Button = z.looseObject({ type: z.literal('button'), text: z.object({ text: z.string() }) });

export interface LocalSlack {
  readonly apiUrl: string;
  command(text: string): Promise<void>;
  /** Presses the button with this label on the message. */
  press(message: PeerMessage, label: string): Promise<void>;
  messages(): Promise<readonly PeerMessage[]>;
  stop(): Promise<void>;
}

/** The program, or why it cannot be run. */
export function findLocalSlack(): { readonly binary: string; readonly missing: string } {
  const folder = process.env.PICKET_PEERS_DIR ?? '';
  const binary = join(folder, 'node_modules', PACKAGE, 'bin', 'local-slack');
  if (folder === '')
    return { binary, missing: `PICKET_PEERS_DIR is not set: point it at a folder where \`npm i ${PACKAGE}@${VERSION}\` was run` };
  return { binary, missing: existsSync(binary) ? '' : `${PACKAGE}@${VERSION} is not installed in PICKET_PEERS_DIR` };
}

export async function startLocalSlack(binary: string, app: { mode: 'events' | 'socket'; requestUrl: string }): Promise<LocalSlack> {
  const folder = await mkdtemp(join(tmpdir(), 'picket-peer-'));
  const port = await freePort();
  await writeFile(join(folder, 'loopback.js'), LOOPBACK_PRELOAD);
  await writeFile(join(folder, 'config.json'), JSON.stringify(configOf(app)));
  const args = ['--config', 'config.json', '--port', String(port), '--base-host', '127.0.0.1', '--files-dir', folder];
  const child = spawn(binary, args, { cwd: folder, stdio: 'ignore', env: { BUN_OPTIONS: '--preload ./loopback.js' } });
  const url = `http://127.0.0.1:${port}`;
  await untilUp(`${url}/_control/state`, child);

  async function control(path: string, body: object): Promise<void> {
    const response = await fetch(`${url}/_control/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  }

  return {
    apiUrl: `${url}/api/`,
    command: (text) => control('command', { channel: PEER.soc, user: PEER.alice, command: '/playbook', text }),
    press: (message, label) =>
      control('interact', { channel: PEER.soc, messageTs: message.ts, user: PEER.alice, action: buttonOf(message, label) }),
    messages: async () => Messages.parse(await (await fetch(`${url}/_control/messages/${PEER.soc}`)).json()).messages,
    async stop() {
      child.kill();
      if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export function buttonsOf(message: PeerMessage): readonly z.infer<typeof Button>[] {
  const elements = message.blocks.flatMap((block) => (Array.isArray(block.elements) ? block.elements : []));
  return elements.map((element) => Button.safeParse(element)).flatMap(({ data }) => (data === undefined ? [] : [data]));
}

function buttonOf(message: PeerMessage, label: string): object {
  const button = buttonsOf(message).find(({ text }) => text.text === label);
  if (button === undefined) throw new Error(`no button ${label}`);
  return button;
}

function configOf({ mode, requestUrl }: { mode: string; requestUrl: string }): object {
  const { teamId, botToken, appToken, signingSecret, alice, soc } = PEER;
  return {
    workspace: { name: 'SOC', domain: 'soc', teamId },
    app: { appId: 'A01PICKET', botUserId: 'U0PICKET', botName: 'picket', botToken, appToken, signingSecret, mode, requestUrl },
    users: [{ id: alice, name: 'alice', real_name: 'Alice Example', email: 'alice@example.com' }],
    channels: [{ id: soc, name: 'soc', members: [alice, 'U0PICKET'] }],
  };
}

async function untilUp(url: string, child: ChildProcess): Promise<void> {
  const giveUp = Date.now() + 15_000;
  for (;;) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    if (child.exitCode !== null) throw new Error(`local-slack ended with ${child.exitCode}`);
    if (Date.now() > giveUp) throw new Error('local-slack did not come up within 15 s');
    await delay(100);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('not listening');
  return address.port;
}
