// Holds an embedded Postgres until it is killed.
import { startEmbedded } from '../../src/store/embedded.ts';
import { quietLog } from './quiet-log.ts';

await startEmbedded({ home: process.argv[2] ?? '', log: quietLog });
process.send?.('ready');
setInterval(() => undefined, 1_000);
