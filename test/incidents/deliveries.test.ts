// Deliveries of one incident: repeated, re-ordered, at once, leaner than before. The same end state, and the playbook once.
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createIncidents, type Incidents } from '../../src/incidents/incidents.ts';
import { isRefusal } from '../../src/model/errors.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { AutomationRule } from '../../src/rules/rule.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type Effects, startEffects, until } from '../support/effects.ts';
import { buildEngine } from '../support/engine-process.ts';
import { quietLog } from '../support/quiet-log.ts';

const PLAYBOOK = `name: count
description: For tests.
on: { incident: {} }
permissions: { run: [analyst], approve: [admin] }
steps:
  - { id: a, action: fake.effect, with: { name: "\${{ string(incident.number) }}" } }
`;

const rule = (name: string, trigger: AutomationRule['trigger']): AutomationRule => ({
  name,
  order: 100,
  enabled: true,
  expires: '',
  trigger,
  conditions: [],
  actions: [{ kind: 'run_playbook', playbook: 'count' }],
});

let database: TestDatabase;
let effects: Effects;
let built: Awaited<ReturnType<typeof buildEngine>>;
const rooms: Incidents[] = [];
let number = 100;

beforeAll(async () => {
  database = await testDatabase();
  effects = await startEffects();
  built = await buildEngine({ databaseUrl: database.url, effectsUrl: effects.url, playbooks: [PLAYBOOK] });
});
afterEach(async () => {
  for (const one of rooms.splice(0)) await one.stop();
});
afterAll(async () => {
  await built.call({ method: 'stop' });
  await effects.close();
  await database.drop();
});

function room(rules: readonly AutomationRule[], log = quietLog): Incidents {
  const incidents = createIncidents({
    store: database.store,
    engine: built.engine,
    rules: () => rules,
    places: [{ platform: 'console', tenant: 'local', conversation: 'soc', thread: '', person: '' }],
    shown: () => undefined,
    sweepMs: 100,
    log,
  });
  rooms.push(incidents);
  return incidents;
}

interface Version {
  readonly minute?: number;
  readonly title?: string;
  readonly severity?: string;
  readonly users?: readonly string[];
  readonly alerts?: readonly string[];
}

function body(of: number, { minute, title = 'Impossible travel', severity = 'High', users = [], alerts = [] }: Version): object {
  return {
    id: `/subscriptions/s/resourceGroups/r/providers/Microsoft.OperationalInsights/workspaces/w/providers/Microsoft.SecurityInsights/Incidents/i${of}`,
    properties: {
      incidentNumber: of,
      title,
      severity,
      status: 'New',
      ...(minute === undefined ? {} : { lastModifiedTimeUtc: `2026-03-01T03:${String(minute).padStart(2, '0')}:00Z` }),
      relatedEntities: users.map((name) => ({ kind: 'Account', properties: { accountName: name, upnSuffix: 'contoso.com' } })),
      alerts: alerts.map((id) => ({ name: id, properties: { systemAlertId: id, alertDisplayName: id } })),
    },
  };
}

async function taken(incidents: Incidents, given: object): Promise<string> {
  const received = await incidents.receive(given);
  if (isRefusal(received)) throw new Error(received.why);
  return received.incidentId;
}

async function standing(id: string): Promise<{ body: Incident; version: number }> {
  const { rows } = await database.store.query<{ body: Incident; version: number }>('SELECT body, version FROM incident WHERE id = $1', [
    id,
  ]);
  if (rows[0] === undefined) throw new Error('no such incident');
  return rows[0];
}

async function runsOf(id: string): Promise<number> {
  return (await database.store.query('SELECT 1 FROM run WHERE incident_id = $1', [id])).rows.length;
}

async function settled(id: string): Promise<void> {
  await until(
    async () => (await database.store.query('SELECT 1 FROM incident WHERE id = $1 AND rules_pending IS NULL', [id])).rows.length === 1,
    'the rules are applied',
  );
}

const BOTH = [rule('on created', 'incident-created'), rule('on updated', 'incident-updated')];

describe('the same delivery again', () => {
  it('changes nothing and sets off no rule', async () => {
    const incidents = room(BOTH);
    number += 1;
    const given = body(number, { minute: 1, users: ['alice'], alerts: ['a1'] });
    const id = await taken(incidents, given);
    await settled(id);
    for (let again = 0; again < 3; again += 1) expect(await taken(incidents, given)).toBe(id);
    await settled(id);
    expect((await standing(id)).version).toBe(1);
    expect(await runsOf(id)).toBe(1);
  });

  it('at the same time, through two processes, makes one incident, one card and one run', async () => {
    const [first, second] = [room(BOTH), room(BOTH)];
    number += 1;
    const given = body(number, { minute: 1, users: ['alice'] });
    const ids = await Promise.all([...Array(4)].flatMap(() => [taken(first, given), taken(second, given)]));
    expect(new Set(ids).size).toBe(1);
    const id = ids[0] ?? '';
    await settled(id);
    await effects.called(String(number));
    expect(await runsOf(id)).toBe(1);
    expect(effects.count(String(number))).toBe(1);
    expect((await database.store.query('SELECT 1 FROM surface WHERE subject_id = $1', [id])).rows).toHaveLength(1);
  });
});

describe('deliveries out of order', () => {
  const VERSIONS: readonly Version[] = [
    { minute: 1, title: 'first', users: ['alice'], alerts: ['a1'] },
    { minute: 2, title: 'second', users: ['bob'] },
    { minute: 3, title: 'third', severity: 'Low' },
  ];

  it('end in the same state as in order, with the evidence that any of them had', async () => {
    const incidents = room([rule('on created', 'incident-created')]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 0, 1, 2], { minLength: 6 }), async (order) => {
        number += 1;
        let id = '';
        for (const index of order) id = await taken(incidents, body(number, VERSIONS[index] ?? {}));
        await settled(id);
        const { body: now } = await standing(id);
        expect({
          title: now.title,
          severity: now.severity,
          users: now.entities.map(({ display }) => display),
          alerts: now.alerts.map((alert) => alert.id),
        }).toEqual({ title: 'third', severity: 'Low', users: ['bob@contoso.com'], alerts: ['a1'] });
        expect(await runsOf(id)).toBe(1);
      }),
      { numRuns: 15 },
    );
  });

  it('that say no time do not make an old one new again', async () => {
    const incidents = room([]);
    number += 1;
    await taken(incidents, body(number, { minute: 5, title: 'newest' }));
    await taken(incidents, body(number, { title: 'newest', severity: 'Low' }));
    const id = await taken(incidents, body(number, { minute: 2, title: 'old' }));
    expect((await standing(id)).body).toMatchObject({ title: 'newest', severity: 'Low' });
  });
});

describe('a change', () => {
  it('sets off the rules for updates once', async () => {
    const incidents = room(BOTH);
    number += 1;
    const id = await taken(incidents, body(number, { minute: 1 }));
    await settled(id);
    await taken(incidents, body(number, { minute: 2, severity: 'Low' }));
    await settled(id);
    expect(await runsOf(id)).toBe(2);
  });

  it('that comes before the rules for the new incident were applied has its own turn after them', async () => {
    const asleep = room(BOTH);
    await asleep.stop();
    number += 1;
    const id = await taken(asleep, body(number, { minute: 1 }));
    await taken(asleep, body(number, { minute: 2, severity: 'Low' }));
    expect(await runsOf(id)).toBe(0);
    await database.store.query(`UPDATE incident SET updated_at = now() - interval '1 minute' WHERE id = $1`, [id]);
    room(BOTH).start();
    await settled(id);
    expect(await runsOf(id)).toBe(2);
  });

  it('that Picket made itself sets off nothing when it comes back', async () => {
    const incidents = room(BOTH);
    number += 1;
    const id = await taken(incidents, body(number, { minute: 1, users: ['alice'] }));
    await settled(id);
    const { readSentinelBody } = await import('../../src/incidents/receive.ts');
    const changed = body(number, { minute: 2, severity: 'Low', users: ['alice'] });
    const parsed = readSentinelBody(changed);
    if (isRefusal(parsed)) throw new Error(parsed.why);
    await incidents.mirror(parsed);
    await taken(incidents, changed);
    await settled(id);
    expect((await standing(id)).body.severity).toBe('Low');
    expect(await runsOf(id)).toBe(1);
  });
});

describe('rules that a crash left', () => {
  it('are applied for every incident, also behind one that cannot be', async () => {
    const asleep = room(BOTH);
    await asleep.stop();
    number += 1;
    const broken = await taken(asleep, body(number, { minute: 1 }));
    number += 1;
    const id = await taken(asleep, body(number, { minute: 1 }));
    await database.store.query(`UPDATE incident SET rules_pending = '{"event":"incident-created"}' WHERE id = $1`, [broken]);
    await database.store.query(`UPDATE incident SET updated_at = now() - interval '1 minute' WHERE id IN ($1, $2)`, [id, broken]);
    const told: string[] = [];
    room(BOTH, { ...quietLog, warn: (message, fields) => void told.push(`${message} ${JSON.stringify(fields)}`) }).start();
    await settled(id);
    expect(await runsOf(id)).toBe(1);
    expect(told.join('\n')).toContain(broken);
    await database.store.query('UPDATE incident SET rules_pending = NULL WHERE id = $1', [broken]);
  });
});
