// The embedded Postgres across kills, adoption and a second owner.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../src/store/embedded.ts';
import { quietLog } from '../support/quiet-log.ts';

describe('embedded Postgres', () => {
  let home = '';
  let dir = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'picket-pg-')); // mode 0700: closed to the user that root's Postgres runs as
  });
  afterAll(async () => {
    await rm(home, { recursive: true, force: true });
    await rm(dir, { recursive: true, force: true });
  });

  it('starts, keeps data over a restart and opens no port', async () => {
    const first = await startEmbedded({ home, log: quietLog });
    dir = first.dir;
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS n');
    expect(await query(first.url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '' }]);
    await first.stop();
    const second = await startEmbedded({ home, log: quietLog });
    expect(await query(second.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect(second.adopted).toBe(false);
    await second.stop();
  });

  it('refuses a wrong password', async () => {
    const server = await startEmbedded({ home, log: quietLog });
    const password = (await readFile(join(dir, 'password'), 'utf8')).trim();
    await expect(query(server.url.replace(password, 'guess'), 'SELECT 1')).rejects.toThrow('password authentication failed');
    await server.stop();
  });

  it('refuses a directory that a live Picket uses, and adopts the server when that one was killed', async () => {
    const child = fork(new URL('../support/embedded-child.ts', import.meta.url), [home], { stdio: 'ignore' });
    await once(child, 'message');
    await expect(startEmbedded({ home, log: quietLog })).rejects.toThrow(`in use by a running Picket (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const adopted = await startEmbedded({ home, log: quietLog });
    expect(adopted.adopted).toBe(true);
    await adopted.stop();
  });

  it('starts again after the server itself was killed', async () => {
    const server = await startEmbedded({ home, log: quietLog });
    const pid = Number((await readFile(join(dir, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await server.stop().catch(() => undefined);
    const again = await startEmbedded({ home, log: quietLog });
    expect(await query(again.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    await again.stop();
  });
});

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}
