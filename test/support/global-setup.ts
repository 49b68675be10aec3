// One embedded Postgres for the whole test run, with a template database that has every table: a test's own database is a copy.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DBOS } from '@dbos-inc/dbos-sdk';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { quietLog } from './quiet-log.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    postgresUrl: string;
  }
}

export const TEMPLATE = 'picket_template';

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'picket-test-'));
  const server = await startEmbedded({ home, log: quietLog });
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  // The data is thrown away with the run: do not wait for the disk.
  await admin.query('ALTER SYSTEM SET fsync = off');
  await admin.query('SELECT pg_reload_conf()');
  await admin.query(`CREATE DATABASE ${TEMPLATE}`);
  await admin.end();
  const template = databaseUrl(server.url, TEMPLATE);
  await migrate(template);
  await DBOS.migrate(template);
  project.provide('postgresUrl', server.url);
  return async () => {
    await server.stop();
    await rm(home, { recursive: true, force: true });
    await rm(server.dir, { recursive: true, force: true });
  };
}

function databaseUrl(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
