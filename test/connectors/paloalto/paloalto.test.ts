// Blocking one address of the internet, and reading answers whose status lies.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalogue } from '../../../src/connectors/registry.ts';
import { makeEntity } from '../../../src/model/entities.ts';
import { describeConnector } from '../../contracts/connector.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { silentChat } from '../context.ts';
import { httpFaults, nothingBut, type StandIns, startStandIns } from '../worlds.ts';

let world: StandIns;
beforeEach(async () => {
  world = await startStandIns();
});
afterEach(() => world.close());

const IP = '203.0.113.50';

describe('blocking', () => {
  it('tags the address, and can be taken back', async () => {
    const output = await world.run('paloalto.block_ip', { ip: IP });
    expect(output).toEqual({ ip: IP, tag: 'picket-block', changed: true, expires_at: '' });
    expect(await world.held('blocked')).toMatchObject([{ ip: IP, tag: 'picket-block', expiresAt: '' }]);
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const undo = catalogue.get('paloalto.block_ip')?.undo?.({ ip: IP }, output);
    expect(undo).toEqual({ action: 'paloalto.unblock_ip', with: { ip: IP } });
    expect(await world.run('paloalto.unblock_ip', undo?.with ?? {})).toMatchObject({ changed: true });
    expect(await world.held('blocked')).toEqual([]);
  });

  it('tells the firewall when to forget it', async () => {
    const output = await world.run('paloalto.block_ip', { ip: makeEntity('ip', { address: '2001:DB8::1' }), timeout_seconds: 3600 });
    expect(output).toMatchObject({ ip: '2001:db8::1', changed: true });
    const [block] = await world.held('blocked');
    expect(Math.abs(Date.parse(String(block?.expiresAt)) - Date.parse(String(output.expires_at)))).toBeLessThan(5000);
  });

  it('says its time in the largest unit that fits', async () => {
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const said = (seconds: number) => catalogue.get('paloalto.block_ip')?.describe({ ip: IP, timeout_seconds: seconds });
    expect(said(604_800)).toBe(`Block ${IP} on the firewall for 7 days`);
    expect(said(3600)).toBe(`Block ${IP} on the firewall for 1 hour`);
    expect(said(5400)).toBe(`Block ${IP} on the firewall for 90 minutes`);
  });

  it('is done when it was done before, and then there is nothing to take back', async () => {
    await world.run('paloalto.block_ip', { ip: IP });
    const output = await world.run('paloalto.block_ip', { ip: IP });
    expect(output.changed).toBe(false);
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    expect(catalogue.get('paloalto.block_ip')?.undo?.({ ip: IP }, output)).toBeNull();
  });

  it('can be taken back although the first answer was lost and the second said "already exists"', async () => {
    world.proxy.fail(/type=user-id/, { kind: 'lost answer' }, 1);
    expect(await world.run('paloalto.block_ip', { ip: IP })).toMatchObject({ changed: true });
  });

  it('unblocks what is not blocked without complaint', async () => {
    expect(await world.run('paloalto.unblock_ip', { ip: IP })).toMatchObject({ changed: false });
  });

  it.each([
    '10.0.0.1',
    '127.0.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '0.0.0.0',
    '100.64.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ])('refuses %s, which is of the own network or nobody', async (ip) => {
    await expect(world.run('paloalto.block_ip', { ip })).rejects.toThrow(/is not blocked.*Nothing was changed/);
    expect(world.proxy.seen).toHaveLength(0);
  });

  it.each(['203.0.113.0/24', '0.0.0.0/0', 'contoso.com', '203.0.113.1 203.0.113.2', '"><evil/>', '1.2.3'])(
    'refuses %s, which is not one address',
    async (ip) => {
      await expect(world.run('paloalto.block_ip', { ip })).rejects.toMatchObject({ code: 'action', retryable: false });
      expect(world.proxy.seen).toHaveLength(0);
    },
  );

  it('takes the value of an entity apart again instead of trusting it', async () => {
    const ip = { kind: 'ip', key: 'x', display: IP, value: '"/><tag>all</tag>', fields: {} };
    await expect(world.run('paloalto.block_ip', { ip })).rejects.toThrow(/not an IP address/);
  });
});

describe('answers of the firewall', () => {
  const answered = (body: string) =>
    world.proxy.fail(/type=user-id/, { kind: 'answer', status: 200, headers: { 'content-type': 'application/xml' }, body });

  it.each([
    [
      'an error under HTTP 200',
      '<response status="error" code="16"><msg><line>Unauthorized request</line></msg></response>',
      /code 16.*Unauthorized request.*PALOALTO_API_KEY/,
    ],
    ['an error in two lines', '<response status="error" code="17"><msg><line>One</line><line>Two</line></msg></response>', /One Two/],
    ['a document that ends in the middle', '<response status="success"><result>', /not its XML/],
    ['another document', '<html><body>Login</body></html>', /not its XML/],
    ['nothing', '', /cannot be used|not its XML/],
    [
      'entities that grow',
      `<!DOCTYPE r [<!ENTITY a "${'x'.repeat(50)}"><!ENTITY b "${'&a;'.repeat(50)}"><!ENTITY c "${'&b;'.repeat(50)}">]><response status="error"><msg>&c;</msg></response>`,
      /./,
    ],
  ])('fails on %s', async (_name, body, message) => {
    answered(body);
    await expect(world.run('paloalto.block_ip', { ip: IP })).rejects.toMatchObject({
      code: 'action',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    '<response status="error"><msg><line><uid-response><payload><register><entry ip="203.0.113.50" message="tag picket-block already exists, ignore"/></register></payload></uid-response></line></msg></response>',
    '<response status="error" code="7"><msg><line>tag picket-block already exists, ignore</line></msg></response>',
    '<response status="success"><result><uid-response><version>2.0</version><payload><register/></payload></uid-response></result></response>',
  ])('takes %s as done', async (body) => {
    answered(body);
    await expect(world.run('paloalto.block_ip', { ip: IP })).resolves.toMatchObject({ ip: IP });
  });
});

describeConnector({
  connector: 'paloalto',
  action: 'paloalto.block_ip',
  input: { ip: IP },
  async open() {
    const standIns = await startStandIns();
    return {
      ...standIns,
      settings: nothingBut({ paloalto: standIns.settings.paloalto }),
      ...httpFaults(standIns.proxy, /type=user-id/),
      effects: async () => (await standIns.held('blocked')).length,
    };
  },
});
