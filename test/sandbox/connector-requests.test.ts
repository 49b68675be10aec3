// What the connectors send, before both judges: the stand-ins take it, and it is as the vendors' published descriptions want it.
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startStandIns } from '../connectors/worlds.ts';
import { judgeRequests, missingSpecs } from '../support/judge.ts';

const Seen = z.array(
  z.object({
    system: z.string(),
    method: z.string(),
    path: z.string(),
    headers: z.record(z.string(), z.string()),
    body: z.string(),
    status: z.number(),
  }),
);

const USER = 'alice@contoso.com';
const HOST = 'wks01.contoso.com';
const ACTIONS: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['sentinel.get_incident', {}],
  ['sentinel.add_comment', { text: 'Decided' }],
  ['sentinel.add_tags', { tags: ['picket'] }],
  ['sentinel.remove_tags', { tags: ['picket'] }],
  ['sentinel.assign_incident', { owner: USER }],
  ['sentinel.update_incident', { severity: 'Low' }],
  ['sentinel.close_incident', { classification: 'BenignPositive', reason: 'SuspiciousButExpected', comment: 'Expected' }],
  ['entra.resolve_user', { user: 'Alice Example' }],
  ['entra.disable_user', { user: USER }],
  ['entra.revoke_sessions', { user: USER }],
  ['entra.enable_user', { user: USER }],
  ['defender.find_machine', { host: HOST }],
  ['defender.isolate_machine', { host: HOST, comment: 'Suspicious' }],
  ['defender.release_machine', { host: HOST, comment: 'Clean' }],
  ['paloalto.block_ip', { ip: '198.51.100.7' }],
  ['paloalto.unblock_ip', { ip: '198.51.100.7' }],
];

test.skipIf(missingSpecs !== '')('every request of the connectors is as published (skipped when ../shared/specs is absent)', async () => {
  const standIns = await startStandIns();
  try {
    const incident = { id: randomUUID(), ...(await standIns.newIncident()) };
    for (const [action, input] of ACTIONS) await standIns.run(action, input, { incident });
    const { sys_id: ticket } = await standIns.run('servicenow.create_incident', { short_description: 'Suspicious sign-in', urgency: 1 });
    await standIns.run('servicenow.comment', { ticket, text: 'Asked the admins' });
    await standIns.run('servicenow.update_incident', { ticket, state: '2' });
    await standIns.run('servicenow.close_incident', { ticket });
    const base = new URL(standIns.settings.sentinel?.baseUrl ?? '').origin;
    const seen = Seen.parse(await (await fetch(`${base}/control/requests`)).json());
    expect(new Set(seen.map(({ system }) => system))).toEqual(new Set(['login', 'arm', 'graph', 'defender', 'panos', 'servicenow']));
    expect(await judgeRequests(seen)).toEqual([]);
  } finally {
    await standIns.close();
  }
});
