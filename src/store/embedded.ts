// The private Postgres of a Picket without DATABASE_URL: a child process on a private socket with a generated password.
// A server left running by a killed Picket is adopted. A directory that a live Picket uses is refused.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, openSync } from 'node:fs';
import { chown, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ConfigError } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { type PostgresPaths, preparePaths } from './postgres-paths.ts';

export interface EmbeddedPostgres {
  readonly url: string;
  /** Where the data lies; below /var/lib/picket when root's own directory is closed to the server's user. */
  readonly dir: string;
  /** True when a server of an earlier process was found running. */
  readonly adopted: boolean;
  /** Stops the server and lets go of the directory. */
  stop(): Promise<void>;
}

/** Advisory lock that the one live Picket of a directory holds for as long as it lives. */
const OWNER_LOCK = 7_305_512;
const START_LIMIT_MS = 30_000;

/** Starts the server below `home`, or adopts the one that a killed Picket left. Throws ConfigError when the directory is in use. */
export async function startEmbedded(settings: { home: string; log: Log }): Promise<EmbeddedPostgres> {
  const paths = await preparePaths(settings.home);
  const password = await readOrCreatePassword(paths);
  const url = `postgresql://picket:${password}@localhost/postgres?host=${encodeURIComponent(paths.socketDir)}`;
  const adopted = await answers(url);
  if (!adopted) {
    await initialise(paths);
    await launch(paths, url);
  }
  const owner = await own(url, settings.home);
  settings.log.info('database ready', { kind: 'embedded', adopted });
  const stop = async (): Promise<void> => {
    await owner.end();
    await stopServer(paths);
  };
  return { url, dir: paths.dir, adopted, stop };
}

async function readOrCreatePassword(paths: PostgresPaths): Promise<string> {
  const file = join(paths.dir, 'password');
  if (existsSync(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('hex');
  await writeFile(file, password, { mode: 0o600 });
  if (paths.as.uid !== undefined && paths.as.gid !== undefined) await chown(file, paths.as.uid, paths.as.gid);
  return password;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // a server that goes down while we ask is an answer too
  try {
    await client.connect();
    return true;
  } catch {
    return false; // not running, or not ready yet
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function initialise(paths: PostgresPaths): Promise<void> {
  const data = join(paths.dir, 'data');
  if (existsSync(join(data, 'initialised'))) return;
  // A kill inside initdb leaves a directory that neither starts nor can be initialised again.
  await rm(data, { recursive: true, force: true });
  const args = [
    '-D',
    data,
    '-U',
    'picket',
    '-A',
    'scram-sha-256',
    '--pwfile',
    join(paths.dir, 'password'),
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(paths.initdb, args, { ...paths.as, cwd: paths.dir, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new ConfigError(`initdb failed in ${data}: ${said.trim()}`))));
  });
  const marker = join(data, 'initialised');
  await writeFile(marker, '');
  if (paths.as.uid !== undefined && paths.as.gid !== undefined) await chown(marker, paths.as.uid, paths.as.gid);
}

async function launch(paths: PostgresPaths, url: string): Promise<void> {
  const options = {
    listen_addresses: '',
    unix_socket_directories: paths.socketDir,
    unix_socket_permissions: '0700',
    max_connections: '80',
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    jit: 'off',
  };
  const args = ['-D', join(paths.dir, 'data'), ...Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const logFile = join(paths.dir, 'postgres.log');
  const output = openSync(logFile, 'a', 0o600);
  const deadline = Date.now() + START_LIMIT_MS;
  // A server killed a moment ago blocks its pid file until init has reaped it: try again for a while.
  for (;;) {
    // Detached: an interrupt from the terminal must reach Picket alone, which then stops the server in order.
    const child = spawn(paths.postgres, args, { ...paths.as, cwd: paths.dir, detached: true, stdio: ['ignore', output, output] });
    child.unref();
    let ended = false;
    child.on('exit', () => {
      ended = true;
    });
    child.on('error', () => {
      ended = true;
    });
    while (!ended && Date.now() < deadline) {
      if (await answers(url)) return;
      await sleep(25);
    }
    if (Date.now() >= deadline)
      throw new ConfigError(`the embedded Postgres did not start within ${START_LIMIT_MS / 1000} s: see ${logFile}`);
    await sleep(250);
  }
}

async function own(url: string, home: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: `picket-owner-${process.pid}` });
  client.on('error', () => undefined); // the pool reports a lost database; losing this lock with it is expected
  await client.connect();
  // The lock of a process killed just now is released when the server sees its connection end.
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [OWNER_LOCK]);
    if (rows[0]?.held === true) return client;
    await sleep(100);
  }
  const { rows } = await client.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND objid = $1 AND granted`,
    [OWNER_LOCK],
  );
  await client.end();
  const pid = rows[0]?.name.replace('picket-owner-', '') ?? 'unknown';
  throw new ConfigError(`${home} is in use by a running Picket (process ${pid}): stop it, or set PICKET_HOME to another directory`);
}

async function stopServer(paths: PostgresPaths): Promise<void> {
  const pidFile = join(paths.dir, 'data', 'postmaster.pid');
  const pid = await readFile(pidFile, 'utf8').then(
    (text) => Number(text.split('\n')[0]),
    () => 0,
  );
  if (pid === 0) return;
  process.kill(pid, 'SIGINT'); // fast shutdown: open transactions are rolled back
  for (let waited = 0; existsSync(pidFile) && waited < 10_000; waited += 25) await sleep(25);
}
