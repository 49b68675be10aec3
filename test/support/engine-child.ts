// Drives an engine in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { EngineCall, EngineSetup } from './engine-process.ts';

export interface EngineChild {
  call<T>(call: EngineCall): Promise<T>;
  /** kill -9, and resolves when it is dead. */
  kill(): Promise<void>;
  /** Stops it in the middle of whatever it does, and lets it go on. */
  freeze(): void;
  thaw(): void;
  /** Resolves when the process has ended by itself. */
  ended(): Promise<void>;
  stop(): Promise<void>;
}

export async function startEngineChild(setup: EngineSetup): Promise<EngineChild> {
  const child = fork(new URL('./engine-process.ts', import.meta.url), ['engine'], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  let last = 0;
  let dead = false;
  child.on('message', (message: { id: number; result?: unknown; error?: string }) => {
    const entry = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error === undefined) entry?.resolve(message.result);
    else entry?.reject(new Error(message.error));
  });
  child.on('exit', () => {
    dead = true;
    for (const entry of waiting.values()) entry.reject(new Error('the process died'));
  });
  const send = async (message: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, ...message });
    });
  const ended = async (): Promise<void> => {
    if (!dead) await once(child, 'exit');
  };
  await send({ setup });
  return {
    call: async <T>(call: EngineCall): Promise<T> => parsed<T>(await send({ call })),
    kill: async () => {
      child.kill('SIGKILL');
      await ended();
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    ended,
    stop: async () => {
      if (dead) return;
      await send({ call: { method: 'stop' } }).catch(() => undefined);
      child.kill('SIGKILL');
      await ended();
    },
  };
}

// The answer crossed the process border as JSON; the caller names its type.
function parsed<T>(value: unknown): T {
  return JSON.parse(JSON.stringify(value));
}
