// The whole of Picket in a process of its own, so that a test can kill it at any instant.
import type { OutsideWorld } from '../../src/ground.ts';
import { launch, type Running } from '../../src/main.ts';
import type { Settings } from '../../src/model/settings.ts';
import { quietLog } from './quiet-log.ts';

export interface AppOrder {
  readonly settings: Settings;
  readonly world: OutsideWorld;
}

let running: Running | undefined;

process.on('message', (order: AppOrder | 'stop') => {
  const work = async (): Promise<unknown> => {
    if (order === 'stop') {
      await running?.stop();
      return 'stopped';
    }
    running = await launch(order.settings, { world: order.world, log: quietLog });
    return { port: running.port, consoleUrl: running.consoleUrl };
  };
  work().then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
