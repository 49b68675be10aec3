// `picket start`: the configuration, then everything else. Main is loaded late: the other commands need none of it.
import { once } from 'node:events';
import { loadSettings } from '../config.ts';
import { deliverFirstIncident } from './first-incident.ts';
import type { Terminal } from './terminal.ts';

export async function start({ cwd, env, out }: Terminal): Promise<number> {
  const settings = loadSettings({ cwd, env });
  const { launch } = await import('../main.ts');
  const running = await launch(settings);
  out(running.consoleUrl === '' ? `Picket listens on port ${running.port}` : `Picket is ready: open ${running.consoleUrl}`);
  if (settings.mode === 'sandbox' && (await running.isEmpty())) await deliverFirstIncident(running);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await running.stop();
  return 0;
}
