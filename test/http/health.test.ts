// Probes: living is not being ready, and neither tells strangers why.
import { describe, expect, it } from 'vitest';
import { healthRoutes } from '../../src/http/health.ts';
import { quietLog } from '../support/quiet-log.ts';

const ok = { name: 'engine', check: async (): Promise<void> => undefined };

describe('probes', () => {
  it('are both well when every check holds', async () => {
    const app = healthRoutes({ checks: [ok], log: quietLog });
    expect((await app.request('/healthz')).status).toBe(200);
    const ready = await app.request('/readyz');
    expect([ready.status, await ready.json()]).toEqual([200, { ready: true, failing: [] }]);
  });

  it('name what is not ready and keep the reason for the log', async () => {
    const failing = { name: 'database', check: () => Promise.reject(new Error('connection refused at db.example.com')) };
    const app = healthRoutes({ checks: [ok, failing], log: quietLog });
    const ready = await app.request('/readyz');
    expect([ready.status, await ready.json()]).toEqual([503, { ready: false, failing: ['database'] }]);
    expect((await app.request('/healthz')).status).toBe(200);
  });

  it('answer though a check never does', async () => {
    const app = healthRoutes({ checks: [{ name: 'database', check: () => new Promise<void>(() => undefined) }], log: quietLog });
    expect(await (await app.request('/readyz')).json()).toEqual({ ready: false, failing: ['database'] });
  });
});
