// Picket as a whole in front of a strict outside world: the sandbox's stand-ins, Slack's and Teams', a database of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { deliver } from '../../src/cli/first-incident.ts';
import { loadSettings } from '../../src/config.ts';
import type { Settings } from '../../src/model/settings.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { AppOrder } from './app-process.ts';

export const INGEST_SECRET = 'only-for-tests-0123456789abcdef';

export interface App {
  readonly port: number;
  readonly consoleUrl: string;
  readonly settings: Settings;
  /** kill -9. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** Settings of sandbox mode on free ports; tests add platforms to them. */
export async function appSettings(databaseUrl: string, more: Partial<Settings> = {}): Promise<Settings> {
  const port = await freePort();
  const settings = loadSettings({
    cwd: '/',
    env: {
      PICKET_PORT: String(port),
      PICKET_CONSOLE_PORT: String(await freePort()),
      PICKET_PUBLIC_URL: `http://127.0.0.1:${port}`,
      PICKET_INGEST_SECRET: INGEST_SECRET,
      PICKET_HEARTBEAT_LIMIT_MS: '3000',
      PICKET_SWEEP_MS: '500',
      DATABASE_URL: databaseUrl,
    },
  });
  return { ...settings, ...more };
}

/** Starts it in a process of its own. */
export async function startApp(settings: Settings, sandbox: Sandbox): Promise<App> {
  const child = fork(new URL('./app-process.ts', import.meta.url), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const order: AppOrder = { settings, world: { url: sandbox.url, connectors: sandbox.connectors } };
  const ask = async (message: AppOrder | 'stop'): Promise<{ port: number; consoleUrl: string }> => {
    child.send(message);
    const [answer]: { result?: { port: number; consoleUrl: string }; error?: string }[] = await once(child, 'message');
    if (answer?.result === undefined) throw new Error(answer?.error ?? 'the app said nothing');
    return answer.result;
  };
  const started = await ask(order);
  const dead = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return {
    ...started,
    settings,
    kill: async () => {
      child.kill('SIGKILL');
      await dead();
    },
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      await ask('stop').catch(() => undefined);
      child.kill('SIGKILL');
      await dead();
    },
  };
}

/** A new incident in the stand-in for Sentinel, delivered as Sentinel would. Answers its number. */
export async function incidentArrives(
  app: Pick<App, 'port'>,
  sandbox: Sandbox,
  overrides: object = {},
): Promise<{ number: number; armId: string }> {
  const made = await fetch(`${sandbox.url}/control/incidents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(overrides),
  });
  const body = await made.text();
  if (!made.ok) throw new Error(`the sandbox answered ${made.status} ${body}`);
  await deliver({ port: app.port, ingestSecret: INGEST_SECRET }, body);
  const { object }: { object: { id: string; properties: { incidentNumber: number } } } = JSON.parse(body);
  return { number: object.properties.incidentNumber, armId: object.id };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
