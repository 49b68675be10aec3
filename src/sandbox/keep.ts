// Keeps the state in a file, written before the caller hears that something was done: a kill -9 loses nothing that was answered.
// Changes that come together share one write.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../model/errors.ts';
import { World } from './world.ts';

export class Keep {
  readonly #file: string;
  readonly #read: () => World;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | null = null;

  constructor(file: string, read: () => World) {
    this.#file = file;
    this.#read = read;
  }

  /** Resolves when a write that began after this call is done. */
  async save(): Promise<void> {
    // Who waited for a write that failed heard so; the next one is tried all the same.
    const before = this.#writing.catch(() => undefined);
    this.#next ??= before.then(async () => {
      this.#next = null;
      this.#writing = this.#write();
      return this.#writing;
    });
    return this.#next;
  }

  async #write(): Promise<void> {
    const temporary = `${this.#file}.tmp`;
    // Mails hold links that decide: nobody else on this machine reads them.
    await writeFile(temporary, JSON.stringify(this.#read()), { mode: 0o600 });
    await rename(temporary, this.#file);
  }
}

/** What an earlier sandbox left in the file, or null when there is none. */
export async function loadWorld(file: string): Promise<World | null> {
  await mkdir(dirname(file), { recursive: true });
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  try {
    return World.parse(JSON.parse(text));
  } catch (error) {
    throw new ConfigError(`${file} does not hold a sandbox of this version: delete it to start with a fresh one.`, error);
  }
}
