// The audit chain on the embedded database, whose owner holds an advisory lock of its own for as long as Picket lives.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAppender } from '../../src/audit/appender.ts';
import { recordAudit } from '../../src/audit/audit.ts';
import { verifyChain } from '../../src/audit/chain.ts';
import { openStore } from '../../src/store/db.ts';
import { startEmbedded } from '../../src/store/embedded.ts';
import { migrate } from '../../src/store/migrate.ts';
import { quietLog } from '../support/quiet-log.ts';

it('chains what is recorded while the embedded database is owned', async () => {
  const home = await mkdtemp(join(tmpdir(), 'picket-audit-'));
  const server = await startEmbedded({ home, log: quietLog });
  await migrate(server.url);
  const store = openStore({ url: server.url, log: quietLog });
  try {
    await recordAudit(store, { kind: 'run started', who: 'bob', what: { run: 'r' } });
    expect(await createAppender({ store, log: quietLog }).append()).toBe(1);
    expect(await verifyChain(store)).toMatchObject({ ok: true, waiting: 0 });
  } finally {
    await store.close();
    await server.stop();
    await rm(home, { recursive: true, force: true });
    await rm(server.dir, { recursive: true, force: true });
  }
});
