// Which machine is isolated, and that it is asked for once.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/connectors/registry.ts';
import { makeEntity } from '../../../src/model/entities.ts';
import { describeConnector } from '../../contracts/connector.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { contextOf, silentChat } from '../context.ts';
import { httpFaults, nothingBut, type StandIns, startStandIns } from '../worlds.ts';

let world: StandIns;
beforeEach(async () => {
  world = await startStandIns();
});
afterEach(() => world.close());

const WKS01 = '1e5bc9d7e413ddd7902c2932e418702b84d0cc01';

/** Isolations and releases that reached Defender. */
function queued(): readonly string[] {
  return world.proxy.seen.flatMap(({ line }) => /^POST \S*\/(isolate|unisolate)/.exec(line)?.[1] ?? []);
}

describe('finding machines', () => {
  it.each([
    ['wks01.contoso.com', WKS01],
    ['WKS01', WKS01],
    ['CONTOSO\\WKS01$', WKS01],
    [WKS01, WKS01],
  ])('%s', async (host, id) => {
    expect(await world.run('defender.find_machine', { host })).toMatchObject({ id, name: 'wks01.contoso.com', health: 'Active' });
  });

  it('prefers the live record of a machine that was reinstalled', async () => {
    expect(
      await world.run('defender.find_machine', { host: makeEntity('host', { hostName: 'WKS02', dnsDomain: 'contoso.com' }) }),
    ).toMatchObject({ id: expect.stringMatching(/02$/) });
  });

  it('takes a machine that is off', async () => {
    expect(await world.run('defender.find_machine', { host: 'lap07' })).toMatchObject({ health: 'Inactive' });
  });

  it('lists two live machines of one name instead of choosing', async () => {
    const machine = (id: string) => ({
      id,
      computerDnsName: 'wks01.contoso.com',
      healthStatus: 'Active',
      lastSeen: '2026-11-20T08:00:00Z',
    });
    world.proxy.fail(/GET \S*\/api\/machines\?/, {
      kind: 'answer',
      status: 200,
      body: JSON.stringify({ value: [machine('one'), machine('two')] }),
    });
    await expect(world.run('defender.isolate_machine', { host: 'wks01' })).rejects.toThrow(
      /2 live machines: one \(wks01.*two \(wks01.*Nothing was done/,
    );
    expect(queued()).toEqual([]);
  });

  it.each(['wks', 'wks99.contoso.com', '0000000000000000000000000000000000000000'])('does not take %s for another', async (host) => {
    await expect(world.run('defender.find_machine', { host })).rejects.toThrow(/knows no machine/);
  });
});

describe('isolating', () => {
  it('asks once, follows it, and can be taken back', async () => {
    const output = await world.run('defender.isolate_machine', { host: 'wks01', comment: 'Malware' });
    expect(output).toMatchObject({ machine: WKS01, name: 'wks01.contoso.com', changed: true });
    expect(['Pending', 'InProgress', 'Succeeded']).toContain(output.status);
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const undo = catalogue.get('defender.isolate_machine')?.undo?.({ host: 'wks01' }, output);
    expect(undo).toEqual({ action: 'defender.release_machine', with: { host: WKS01 } });
    await world.run('defender.release_machine', undo?.with ?? {});
    expect(queued()).toEqual(['isolate', 'unisolate']);
  });

  it('joins an isolation that somebody else asked for, and has nothing to take back', async () => {
    const first = await world.run('defender.isolate_machine', { host: 'wks01' });
    const second = await world.run('defender.isolate_machine', { host: 'wks01' });
    expect(second).toMatchObject({ action: first.action, changed: false });
    expect(queued()).toEqual(['isolate']);
  });

  it('finds its own request again when it is repeated', async () => {
    const { key } = contextOf();
    const first = await world.run('defender.isolate_machine', { host: 'wks01' }, { key });
    expect(await world.run('defender.isolate_machine', { host: 'wks01' }, { key, repeated: true })).toMatchObject({
      action: first.action,
      changed: true,
    });
  });

  it('joins a request that came between looking and asking', async () => {
    world.proxy.before(/^POST \S*\/isolate/, () => world.run('defender.isolate_machine', { host: WKS01 }));
    expect(await world.run('defender.isolate_machine', { host: 'wks01' })).toMatchObject({ changed: false });
  });

  it('says that Defender could not do it', async () => {
    const body = JSON.stringify({ id: 'a-1', type: 'Isolate', status: 'Failed', machineId: WKS01, requestorComment: '' });
    world.proxy.fail(/GET \S*\/machineactions\//, { kind: 'answer', status: 200, body });
    await expect(world.run('defender.isolate_machine', { host: 'wks01' })).rejects.toThrow(
      /could not isolate wks01.contoso.com: the action ended as Failed/,
    );
  });
});

describeConnector({
  connector: 'defender',
  action: 'defender.isolate_machine',
  input: { host: 'wks01.contoso.com' },
  async open() {
    const standIns = await startStandIns();
    const { azure, defender } = standIns.settings;
    return {
      ...standIns,
      settings: nothingBut({ azure, defender }),
      ...httpFaults(standIns.proxy, /^POST \S*\/isolate/),
      effects: async () => (await standIns.held('machines')).flatMap((machine) => machine.actions).length,
    };
  },
});
