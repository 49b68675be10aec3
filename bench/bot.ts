// Picket as an operator starts it: `bin/picket start` in a process of its own, whose memory and CPU time are read from the kernel.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Bot {
  readonly port: number;
  /** From the start of the process to the first request that it answers as ready. */
  readonly bootMs: number;
  /** null where the kernel does not tell (no /proc). */
  rssMb(): Promise<number | null>;
  /** Share of one core over that time, in percent; null where the kernel does not tell. */
  cpuPercent(overMs: number): Promise<number | null>;
  stop(): Promise<void>;
}

const BIN = fileURLToPath(new URL('../bin/picket', import.meta.url));
const LIMIT_MS = 60_000;
/** USER_HZ: 100 on every Linux that Node runs on (man 7 time). */
const TICK_MS = 10;

export async function startBot(env: Readonly<Record<string, string>>, cwd: string): Promise<Bot> {
  const port = await freePort();
  const started = performance.now();
  const flags = (process.env.BENCH_NODE_FLAGS ?? '').split(' ').filter((flag) => flag !== '');
  const child = spawn(process.execPath, [...flags, BIN, 'start'], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env, PICKET_PORT: String(port), PICKET_PUBLIC_URL: `http://127.0.0.1:${port}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Warnings belong on the screen of whoever runs the bench; what is normal does not.
  const show = (chunk: Buffer): void => void process.stderr.write(chunk);
  child.stdout.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().split('\n')) if (/"level":"(?:warn|error)"/.test(line)) process.stderr.write(`${line}\n`);
  });
  child.stderr.on('data', show);
  const ended = once(child, 'exit');
  const endWithUs = (): void => void child.kill('SIGKILL');
  process.on('exit', endWithUs);
  child.on('exit', () => process.off('exit', endWithUs));
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await ended;
  };
  while (!(await isReady(port))) {
    if (child.exitCode !== null) throw new Error('the bot ended while it started: its log is above');
    if (performance.now() - started > LIMIT_MS) {
      await stop();
      throw new Error(`the bot was not ready within ${LIMIT_MS / 1000} s`);
    }
    await sleep(10);
  }
  const bootMs = performance.now() - started;
  const { pid } = child;
  return {
    port,
    bootMs,
    rssMb: async () => {
      const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(await kernel(pid, 'status'))?.[1];
      return kilobytes === undefined ? null : Number(kilobytes) / 1024;
    },
    cpuPercent: async (overMs) => {
      const before = ticks(await kernel(pid, 'stat'));
      const from = performance.now();
      await sleep(overMs);
      const after = ticks(await kernel(pid, 'stat'));
      return before === null || after === null ? null : (100 * (after - before) * TICK_MS) / (performance.now() - from);
    },
    stop,
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/readyz`)).ok;
  } catch {
    return false; // not listening yet
  }
}

async function kernel(pid: number | undefined, file: string): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '');
}

/** utime and stime; the name before them may hold blanks. */
function ticks(stat: string): number | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.length < 13 ? null : Number(fields[11]) + Number(fields[12]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
