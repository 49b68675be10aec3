// Writing to an incident that others write to as well: nothing of theirs is lost, nothing of ours is done twice.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCatalogue } from '../../../src/connectors/registry.ts';
import { commentHtml } from '../../../src/connectors/sentinel/shared.ts';
import { describeConnector } from '../../contracts/connector.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { contextOf, incidentOf, silentChat } from '../context.ts';
import { httpFaults, nothingBut, type StandIns, startStandIns } from '../worlds.ts';

let world: StandIns;
let armId: string;
beforeEach(async () => {
  world = await startStandIns();
  ({ armId } = await world.newIncident());
});
afterEach(() => world.close());

async function held(): Promise<Readonly<Record<string, unknown>>> {
  const found = (await world.held('incidents')).find((incident) => incident.id === armId);
  if (found === undefined) throw new Error('the incident is gone');
  return found;
}

const Read = z.object({ etag: z.string(), properties: z.record(z.string(), z.unknown()) });

/** A colleague in the portal. */
async function colleague(properties: Readonly<Record<string, unknown>>): Promise<void> {
  const token = await tokenFor(world);
  const url = `${world.settings.sentinel?.baseUrl}${armId}?api-version=2024-03-01`;
  const read = Read.parse(await (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).json());
  const { title, severity, status, labels } = read.properties;
  const answer = await fetch(url, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ etag: read.etag, properties: { title, severity, status, labels, ...properties } }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function tokenFor({ settings: { azure, sentinel } }: StandIns): Promise<string> {
  const answer = await fetch(`${azure?.authorityUrl}/${azure?.tenant}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: azure?.clientId ?? '',
      client_secret: azure?.clientSecret ?? '',
      scope: `${sentinel?.baseUrl}/.default`,
    }),
  });
  return z.object({ access_token: z.string() }).parse(await answer.json()).access_token;
}

/** Lets a colleague change the incident between our read and our write. */
async function withRace(properties: Readonly<Record<string, unknown>>, work: () => Promise<unknown>): Promise<unknown> {
  world.proxy.before(/^PUT \/arm/, () => colleague(properties));
  return work();
}

describe('closing', () => {
  it('closes the incident of the run with classification, reason and comment, and keeps the rest', async () => {
    const before = await held();
    const output = await world.run(
      'sentinel.close_incident',
      { classification: 'BenignPositive', reason: 'SuspiciousButExpected', comment: 'Ignored by Dave in Slack' },
      { incident: incidentOf(armId) },
    );
    expect(output).toMatchObject({ status: 'Closed', classification: 'BenignPositive', reason: 'SuspiciousButExpected' });
    const { status: _s, classification: _c, classificationReason: _r, classificationComment, etag: _e, ...rest } = await held();
    expect(classificationComment).toBe('Ignored by Dave in Slack');
    expect(before).toMatchObject(rest);
  });

  it('knows the reason where there is only one', async () => {
    const output = await world.run('sentinel.close_incident', { incident: armId, classification: 'TruePositive' });
    expect(output.reason).toBe('SuspiciousActivity');
  });

  it.each([
    [{ classification: 'TruePositive', reason: 'InaccurateData' }, /use SuspiciousActivity/],
    [{ classification: 'FalsePositive' }, /use IncorrectAlertLogic or InaccurateData/],
    [{ classification: 'Undetermined', reason: 'InaccurateData' }, /leave the reason out/],
  ])('refuses %j before anything is called', async (input, message) => {
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    expect(JSON.stringify(catalogue.get('sentinel.close_incident')?.input.safeParse(input).error?.issues)).toMatch(message);
    expect(world.proxy.seen).toHaveLength(0);
  });

  it('does not overwrite what a colleague found out', async () => {
    await colleague({ status: 'Closed', classification: 'TruePositive', classificationReason: 'SuspiciousActivity' });
    const run = world.run('sentinel.close_incident', { incident: armId, classification: 'BenignPositive' });
    await expect(run).rejects.toThrow(/already closed as TruePositive - SuspiciousActivity/);
    expect((await held()).classification).toBe('TruePositive');
  });

  it('takes an incident that is closed so already as done', async () => {
    await world.run('sentinel.close_incident', { incident: armId, classification: 'BenignPositive' });
    const puts = world.proxy.seen.length;
    await world.run('sentinel.close_incident', { incident: armId, classification: 'BenignPositive' });
    expect(world.proxy.seen.slice(puts).filter(({ line }) => line.startsWith('PUT'))).toHaveLength(0);
  });
});

describe('a colleague who writes at the same time', () => {
  it('keeps what they changed when it is another field', async () => {
    await withRace({ labels: [{ labelName: 'theirs', labelType: 'User' }] }, () =>
      world.run('sentinel.update_incident', { incident: armId, severity: 'Low', add_tags: ['ours'] }),
    );
    expect(await held()).toMatchObject({ severity: 'Low', labels: ['theirs', 'ours'] });
  });

  it('shows it instead of overwriting when it is the same field', async () => {
    const before = (await held()).severity;
    const run = withRace({ severity: 'Medium' }, () => world.run('sentinel.update_incident', { incident: armId, severity: 'Low' }));
    await expect(run).rejects.toThrow(`somebody changed the severity from ${String(before)} to Medium meanwhile`);
    expect((await held()).severity).toBe('Medium');
  });

  it('is content when they changed it to the same', async () => {
    await withRace({ severity: 'Low' }, () => world.run('sentinel.update_incident', { incident: armId, severity: 'Low' }));
    expect((await held()).severity).toBe('Low');
  });

  it('shows when they took the incident', async () => {
    const run = withRace({ owner: { userPrincipalName: 'erin@contoso.com' } }, () =>
      world.run('sentinel.assign_incident', { incident: armId, owner: 'carol@contoso.com' }),
    );
    await expect(run).rejects.toThrow(/owner from none to erin@contoso.com/);
  });
});

describe('changes', () => {
  it('assigns, tags, untags and comments', async () => {
    await world.run('sentinel.assign_incident', { incident: armId, owner: 'carol@contoso.com', comment: 'Carol <b>takes</b> it' });
    await world.run('sentinel.add_tags', { incident: armId, tags: ['picket', 'blocked', 'Picket'] });
    await world.run('sentinel.remove_tags', { incident: armId, tags: ['BLOCKED'] });
    const now = await held();
    expect(now).toMatchObject({ owner: 'carol@contoso.com' });
    expect(now.labels).toContain('picket');
    expect(now.labels).not.toContain('blocked');
    expect(now.comments).toMatchObject([{ message: 'Carol &lt;b&gt;takes&lt;/b&gt; it' }]);
    await world.run('sentinel.assign_incident', { incident: armId, owner: '' });
    expect((await held()).owner).toBe('');
  });

  it('comments once when the step is repeated, and once per step', async () => {
    const { key } = contextOf();
    const input = { incident: armId, tags: ['picket'], comment: 'Tagged' };
    await world.run('sentinel.add_tags', input, { key });
    await world.run('sentinel.add_tags', input, { key, repeated: true });
    expect((await held()).comments).toHaveLength(1);
    await world.run('sentinel.add_tags', input);
    expect((await held()).comments).toHaveLength(2);
  });

  it('reads the incident as it is now', async () => {
    await colleague({ severity: 'Low' });
    expect(await world.run('sentinel.get_incident', {}, { incident: incidentOf(armId) })).toMatchObject({
      severity: 'Low',
      incident: armId,
    });
  });

  it('says what is missing when there is no incident', async () => {
    await expect(world.run('sentinel.get_incident', {})).rejects.toThrow(/this run has no incident.*ARM id/);
    await expect(world.run('sentinel.get_incident', {}, { incident: incidentOf('') })).rejects.toThrow(/not from Sentinel/);
  });

  it.each(['/subscriptions/x/../../providers/Microsoft.Authorization', `/subscriptions/1/resourceGroups/2`, 'https://example.net/'])(
    'calls nothing but incidents with its token: %s',
    async (incident) => {
      await expect(world.run('sentinel.get_incident', { incident })).rejects.toThrow(/not the id of a Sentinel incident|does not know it/);
      expect(world.proxy.seen.filter(({ line }) => /\.\.|Authorization|example/.test(line))).toHaveLength(0);
    },
  );

  it('finds ARM ids whatever their case', async () => {
    expect(await world.run('sentinel.get_incident', { incident: armId.toUpperCase() })).toMatchObject({ status: 'New' });
  });
});

describe('comments', () => {
  it('escapes what the portal would read as HTML, keeps line breaks, and cuts at 30 000 characters', () => {
    expect(commentHtml('a <script>\n&"\'')).toBe('a &lt;script&gt;<br>&amp;&quot;&#39;');
    const long = commentHtml('<'.repeat(20_000));
    expect(long.length).toBeLessThanOrEqual(30_000);
    expect(long).toMatch(/&lt;…$/);
  });
});

describe('reading for polls', () => {
  it('gives incidents with their alerts and entities, and follows pages', async () => {
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const whole = await catalogue.sentinel?.readWhole(armId, AbortSignal.timeout(5000));
    expect(whole?.alerts.length).toBeGreaterThan(0);
    expect(whole?.entities.map((entity) => entity.kind)).toContain('account');
    const changed: string[] = [];
    for await (const incident of catalogue.sentinel?.changedSince('2020-01-01T00:00:00Z', AbortSignal.timeout(5000)) ?? [])
      changed.push(incident.armId);
    expect(changed).toContain(armId);
    expect(changed).toHaveLength((await world.held('incidents')).length);
  });
});

describeConnector({
  connector: 'sentinel',
  action: 'sentinel.add_comment',
  input: { text: 'Blocked by Dave in Slack' },
  async open() {
    const standIns = await startStandIns();
    const { azure, sentinel } = standIns.settings;
    const { armId: created } = await standIns.newIncident();
    return {
      ...standIns,
      context: { incident: incidentOf(created) },
      settings: nothingBut({ azure, sentinel }),
      ...httpFaults(standIns.proxy, /^PUT \S*\/comments\//),
      effects: async () => (await standIns.held('incidents')).flatMap((incident) => incident.comments).length,
    };
  },
});
