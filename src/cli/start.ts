// `picket start`: the configuration first, since most first starts end there; then everything else, until a signal ends it.
import { loadSettings } from '../config.ts';
import { deliverFirstIncident } from './first-incident.ts';
import type { Terminal } from './terminal.ts';

export async function start({ cwd, env, out }: Terminal): Promise<number> {
  const settings = loadSettings({ cwd, env });
  const { launch } = await import('../main.ts');
  const running = await launch(settings);
  out(
    running.consoleUrl === ''
      ? `Picket listens on port ${running.port}; people reach it at ${settings.publicUrl}`
      : `Picket is ready: open ${running.consoleUrl} (nothing real is configured, so this is the sandbox; Ctrl-C ends it)`,
  );
  if (settings.mode === 'sandbox' && (await running.isEmpty())) await deliverFirstIncident(running);
  await stopSignal();
  await running.stop();
  return 0;
}

// The first signal lets what is under way end; whoever sends a second one does not want to wait. Both are safe: nothing is lost.
async function stopSignal(): Promise<void> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  await new Promise<void>((resolve) => {
    let stopping = false;
    const stop = (): void => {
      if (stopping) process.exit(130);
      stopping = true;
      resolve();
    };
    for (const signal of signals) process.on(signal, stop);
  });
}
