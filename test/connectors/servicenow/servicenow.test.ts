// One ticket per step, however often it is tried, and a ticket that is really closed.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeConnector } from '../../contracts/connector.ts';
import { contextOf } from '../context.ts';
import { httpFaults, nothingBut, type StandIns, startStandIns } from '../worlds.ts';

let world: StandIns;
beforeEach(async () => {
  world = await startStandIns();
});
afterEach(() => world.close());

async function open(): Promise<string> {
  const { sys_id } = await world.run('servicenow.create_incident', { short_description: 'Impossible travel' });
  return String(sys_id);
}

async function ticket(sysId: string): Promise<Readonly<Record<string, unknown>>> {
  return (await world.held('tickets')).find((row) => row.sys_id === sysId) ?? {};
}

describe('opening', () => {
  it('opens a ticket that leads back to the run', async () => {
    const { key } = contextOf();
    const output = await world.run(
      'servicenow.create_incident',
      { short_description: 'x'.repeat(300), description: 'Evidence', urgency: 1 },
      { key },
    );
    expect(output).toMatchObject({
      sys_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      number: expect.stringMatching(/^INC\d+$/),
      url: expect.stringContaining(String(output.sys_id)),
    });
    expect(await ticket(String(output.sys_id))).toMatchObject({
      short_description: 'x'.repeat(160),
      description: 'Evidence\n\nOpened by Picket, run 17 of stop-compromised-user: https://picket.example.com/runs/17',
      urgency: '1',
      impact: '2',
      correlation_id: key,
      correlation_display: 'Picket',
    });
  });

  it('finds the ticket within the same step when the answer was lost', async () => {
    const before = (await world.held('tickets')).length;
    world.proxy.fail(/^POST/, { kind: 'lost answer' }, 1);
    const output = await world.run('servicenow.create_incident', { short_description: 'Lost' });
    expect(await ticket(String(output.sys_id))).toMatchObject({ short_description: 'Lost' });
    expect(await world.held('tickets')).toHaveLength(before + 1);
  });

  it('may be tried again when it looked and found nothing', async () => {
    world.proxy.fail(/^POST/, { kind: 'reset' }, 1);
    await expect(world.run('servicenow.create_incident', { short_description: 'Cut off' })).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('No ticket of this step was found'),
    });
  });

  it('opens two tickets for two steps that say the same', async () => {
    expect(await open()).not.toBe(await open());
  });

  it('names the settings when the password is wrong', async () => {
    world.proxy.fail(/^POST/, {
      kind: 'answer',
      status: 401,
      body: '{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"}}',
    });
    await expect(world.run('servicenow.create_incident', { short_description: 'x' })).rejects.toThrow(
      /SERVICENOW_USER and SERVICENOW_PASSWORD\. It says: User Not Authenticated/,
    );
  });
});

describe('work notes', () => {
  it('are added by number as by sys_id', async () => {
    const sysId = await open();
    const { number } = await ticket(sysId);
    await world.run('servicenow.comment', { ticket: sysId, text: 'Blocked by Dave' });
    await world.run('servicenow.comment', { ticket: String(number), text: 'And again' });
    const notes = JSON.stringify((await ticket(sysId)).journal);
    expect(notes).toMatch(/Blocked by Dave.*And again/);
  });

  it('stand once when the answer was lost', async () => {
    const sysId = await open();
    world.proxy.fail(/^PATCH/, { kind: 'lost answer' }, 1);
    await world.run('servicenow.comment', { ticket: sysId, text: 'Once' });
    expect(JSON.stringify((await ticket(sysId)).journal).match(/Once/g)).toHaveLength(1);
  });

  it('stand once when the process died before it knew, and twice for two steps', async () => {
    const sysId = await open();
    const { key } = contextOf();
    await world.run('servicenow.comment', { ticket: sysId, text: 'Said' }, { key });
    await world.run('servicenow.comment', { ticket: sysId, text: 'Said' }, { key, repeated: true });
    expect(JSON.stringify((await ticket(sysId)).journal).match(/Said/g)).toHaveLength(1);
    await world.run('servicenow.comment', { ticket: sysId, text: 'Said' });
    expect(JSON.stringify((await ticket(sysId)).journal).match(/Said/g)).toHaveLength(2);
  });

  it.each(['INC9999999', '0'.repeat(32), 'x^ORstate=1'])('say that there is no ticket %s', async (reference) => {
    await expect(world.run('servicenow.comment', { ticket: reference, text: 'x' })).rejects.toThrow(/has no incident/);
  });
});

describe('updating', () => {
  it('changes fields and says how the ticket stands', async () => {
    const sysId = await open();
    expect(await world.run('servicenow.update_incident', { ticket: sysId, state: '2', urgency: 1 })).toMatchObject({ state: '2' });
    expect(await ticket(sysId)).toMatchObject({ state: '2', urgency: '1' });
  });

  it('does not believe an answer that shows the old value', async () => {
    const sysId = await open();
    const kept = { sys_id: sysId, number: 'INC0010001', state: '1', short_description: 'Impossible travel', correlation_id: '' };
    world.proxy.fail(/^PATCH/, { kind: 'answer', status: 200, body: JSON.stringify({ result: kept }) });
    await expect(world.run('servicenow.update_incident', { ticket: sysId, state: '2' })).rejects.toThrow(/kept state "1"/);
  });
});

describe('closing', () => {
  it('writes state, code and notes as the settings say', async () => {
    const sysId = await open();
    expect(await world.run('servicenow.close_incident', { ticket: sysId, notes: 'Ignored by Carol' })).toMatchObject({ state: '6' });
    expect(await ticket(sysId)).toMatchObject({ state: '6', close_code: 'Solution provided', close_notes: 'Ignored by Carol' });
  });

  it('gives a reason when nobody wrote one, and leaves a closed ticket alone', async () => {
    const sysId = await open();
    await world.run('servicenow.close_incident', { ticket: sysId });
    await world.run('servicenow.close_incident', { ticket: sysId, notes: 'Another reason' });
    expect((await ticket(sysId)).close_notes).toMatch(/^Closed by Picket, run 17/);
  });
});

describeConnector({
  connector: 'servicenow',
  action: 'servicenow.create_incident',
  input: { short_description: 'Impossible travel', urgency: 1 },
  async open() {
    const standIns = await startStandIns();
    const already = (await standIns.held('tickets')).length;
    return {
      ...standIns,
      settings: nothingBut({ servicenow: standIns.settings.servicenow }),
      ...httpFaults(standIns.proxy, /^POST \S*\/table\/incident/),
      effects: async () => (await standIns.held('tickets')).length - already,
    };
  },
});
