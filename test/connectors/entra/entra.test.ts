// Who is meant, who is disabled, and what is said when Entra ID will not.
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

const ALICE = '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f';

async function isEnabled(upn: string): Promise<unknown> {
  return (await world.held('users')).find((user) => user.userPrincipalName === upn)?.accountEnabled;
}

describe('finding users', () => {
  it.each([
    ['alice@contoso.com', 'alice@contoso.com'],
    ['<mailto:alice@contoso.com|alice@contoso.com>', 'alice@contoso.com'],
    [ALICE, 'alice@contoso.com'],
    ['alice', 'alice@contoso.com'],
    ['Alice Example', 'alice@contoso.com'],
    ['CONTOSO\\alice', 'alice@contoso.com'],
    ['S-1-5-21-1000000001-1000000002-1000000003-1104', 'alice@contoso.com'],
    ['a.example@contoso.com', 'alice@contoso.com'],
    ['gustav@example.net', 'gustav_example.net#EXT#@contoso.com'],
    ["grace.o'illustration@contoso.com", "grace.o'illustration@contoso.com"],
  ])('%s is %s', async (text, upn) => {
    expect(await world.run('entra.resolve_user', { user: text })).toMatchObject({ upn });
  });

  it('takes an account entity, whose object id decides', async () => {
    const user = makeEntity('account', { upn: 'old-name@contoso.com', aadUserId: ALICE });
    expect(await world.run('entra.resolve_user', { user })).toMatchObject({ upn: 'alice@contoso.com', enabled: true, guest: false });
  });

  it('lists the matches of a name that several have, and does nothing', async () => {
    const run = world.run('entra.disable_user', { user: 'Alex' });
    await expect(run).rejects.toThrow(/"Alex" could be: alex\.sample@contoso\.com \(Alex Sample\), alex\.specimen@contoso\.com/);
    expect(world.proxy.seen.filter(({ line }) => line.startsWith('PATCH'))).toHaveLength(0);
  });

  it('never takes the beginning of a name for the name, even when only one fits', async () => {
    await expect(world.run('entra.disable_user', { user: 'ali' })).rejects.toThrow(/could be: alice@contoso\.com/);
    expect(await isEnabled('alice@contoso.com')).toBe(true);
  });

  it.each(['mallory@contoso.com', 'Nobody', '00000000-0000-4000-8000-000000000000'])('says that nobody is called %s', async (user) => {
    await expect(world.run('entra.resolve_user', { user })).rejects.toMatchObject({
      code: 'action',
      retryable: false,
      message: expect.stringContaining('Nobody in Entra ID'),
    });
  });

  it('does not let a name end the filter', async () => {
    await expect(world.run('entra.resolve_user', { user: "x' or accountEnabled eq true or mail eq 'x@contoso.com" })).rejects.toThrow(
      /is not an account|Nobody/,
    );
  });

  it('offers matches to the chat', async () => {
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const found = await catalogue.findUsers('Alex', AbortSignal.timeout(5000));
    expect(found).toMatchObject({ certain: [] });
    expect(found.possible.map((user) => user.userPrincipalName)).toEqual(['alex.sample@contoso.com', 'alex.specimen@contoso.com']);
    await expect(catalogue.findUsers('203.0.113.5', AbortSignal.timeout(5000))).rejects.toThrow(/not an account/);
  });
});

describe('disabling', () => {
  it('disables, proves it, and can be taken back', async () => {
    const output = await world.run('entra.disable_user', { user: 'alice@contoso.com' });
    expect(output).toMatchObject({ upn: 'alice@contoso.com', enabled: false, before: 'enabled' });
    expect(await isEnabled('alice@contoso.com')).toBe(false);
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    const undo = catalogue.get('entra.disable_user')?.undo?.({ user: 'alice@contoso.com' }, output);
    expect(undo).toEqual({ action: 'entra.enable_user', with: { user: ALICE } });
    expect(await world.run('entra.enable_user', undo?.with ?? {})).toMatchObject({ enabled: true, before: 'disabled' });
  });

  it('leaves an account alone that was disabled before, and has nothing to take back', async () => {
    await world.run('entra.disable_user', { user: 'alice@contoso.com' });
    const output = await world.run('entra.disable_user', { user: 'alice@contoso.com' });
    expect(output.before).toBe('disabled');
    const catalogue = await createCatalogue({ settings: world.settings, chat: silentChat, log: quietLog });
    expect(catalogue.get('entra.disable_user')?.undo?.({ user: 'alice@contoso.com' }, output)).toBeNull();
  });

  it('does not give access back by a guess when an earlier call was cut off', async () => {
    await world.run('entra.disable_user', { user: 'alice@contoso.com' });
    const output = await world.run('entra.disable_user', { user: 'alice@contoso.com' }, { repeated: true });
    expect(output.before).toBe('unknown');
  });

  it('does not believe an answer that changed nothing', async () => {
    world.proxy.fail(/^PATCH/, { kind: 'answer', status: 204 });
    await expect(world.run('entra.disable_user', { user: 'alice@contoso.com' })).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('still shows the account as it was'),
    });
  });

  it('explains why an administrator cannot be disabled', async () => {
    await expect(world.run('entra.disable_user', { user: 'root.admin@contoso.com' })).rejects.toMatchObject({
      code: 'action',
      retryable: false,
      message: expect.stringMatching(/administrator roles.*Nothing was changed/),
    });
    expect(await isEnabled('root.admin@contoso.com')).toBe(true);
  });
});

describe('sessions', () => {
  it('ends them', async () => {
    const before = (await world.held('users')).find((user) => user.id === ALICE)?.signInSessionsValidFromDateTime;
    expect(await world.run('entra.revoke_sessions', { user: 'alice' })).toMatchObject({ revoked: true });
    const after = (await world.held('users')).find((user) => user.id === ALICE)?.signInSessionsValidFromDateTime;
    expect(after).not.toBe(before);
  });

  it('says that sessions of a guest belong elsewhere instead of pretending', async () => {
    await expect(world.run('entra.revoke_sessions', { user: 'gustav@example.net' })).rejects.toThrow(/guest/);
  });
});

describe('tokens', () => {
  it('asks for a fresh one once when Graph refuses the one it has', async () => {
    await world.run('entra.resolve_user', { user: 'alice@contoso.com' });
    world.proxy.fail(/GET \/graph/, { kind: 'answer', status: 401 }, 1);
    await world.run('entra.resolve_user', { user: 'alice@contoso.com' });
    expect(world.proxy.seen.filter(({ line }) => line.includes('/oauth2/'))).toHaveLength(2);
  });
});

describeConnector({
  connector: 'entra',
  action: 'entra.disable_user',
  input: { user: 'alice@contoso.com' },
  async open() {
    const standIns = await startStandIns();
    const { azure, entra } = standIns.settings;
    return {
      ...standIns,
      settings: nothingBut({ azure, entra }),
      ...httpFaults(standIns.proxy, /^PATCH /),
      effects: async () => (await standIns.held('users')).filter((user) => user.accountEnabled === false).length,
    };
  },
});
