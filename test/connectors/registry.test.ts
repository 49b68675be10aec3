// The catalogue as playbooks see it: every action, with or without settings, described well enough for editors and previews.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createCatalogue } from '../../src/connectors/registry.ts';
import { quietLog } from '../support/quiet-log.ts';
import { silentChat } from './context.ts';
import { nothingBut } from './worlds.ts';

const AZURE = {
  method: 'secret',
  tenant: 't',
  clientId: 'c',
  clientSecret: 's',
  certificatePath: '',
  authorityUrl: 'https://login.example.com',
} as const;

const catalogue = await createCatalogue({ settings: nothingBut({}), chat: silentChat, log: quietLog });

describe('the catalogue', () => {
  it('lists every action once, with nothing configured', () => {
    const names = catalogue.list().map((action) => action.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual(
      [
        'chat.post chat.post_incident chat.reply chat.update',
        'defender.find_machine defender.isolate_machine defender.release_machine',
        'email.send',
        'entra.disable_user entra.enable_user entra.resolve_user entra.revoke_sessions',
        'http.request',
        'paloalto.block_ip paloalto.unblock_ip',
        'sentinel.add_comment sentinel.add_tags sentinel.assign_incident sentinel.close_incident',
        'sentinel.get_incident sentinel.remove_tags sentinel.update_incident',
        'servicenow.close_incident servicenow.comment servicenow.create_incident servicenow.update_incident',
      ].flatMap((line) => line.split(' ')),
    );
  });

  it.each(catalogue.list().map((action) => [action.name, action] as const))(
    '%s has schemas that editors understand and a sentence for people',
    (_name, action) => {
      expect(action.description).toMatch(/^[A-Z].{8,160}\.$/);
      const input = z.toJSONSchema(action.input, { io: 'input' });
      expect(Object.keys(input.properties ?? {}).length).toBeGreaterThan(0);
      expect(() => z.toJSONSchema(action.output, { io: 'output' })).not.toThrow();
    },
  );

  it('calls destructive what takes something away, and only that', () => {
    const destructive = catalogue.list().filter((action) => action.effect === 'destructive');
    expect(destructive.map((action) => action.name).toSorted()).toEqual([
      'defender.isolate_machine',
      'entra.disable_user',
      'entra.revoke_sessions',
      'paloalto.block_ip',
    ]);
    const reads = catalogue.list().filter((action) => action.effect === 'read');
    expect(reads.map((action) => action.name).toSorted()).toEqual(['defender.find_machine', 'entra.resolve_user', 'sentinel.get_incident']);
  });

  it('undoes what it can by an action that exists', () => {
    const undoing = catalogue.list().filter((action) => action.undo !== undefined);
    expect(undoing.map((action) => action.name).toSorted()).toEqual([
      'defender.isolate_machine',
      'entra.disable_user',
      'paloalto.block_ip',
    ]);
  });

  it('knows no other action', () => {
    expect(catalogue.get('entra.delete_user')).toBeUndefined();
  });
});

describe('what is missing', () => {
  it('names the sign-in when a system of Azure is configured without it', async () => {
    const half = await createCatalogue({
      settings: nothingBut({ defender: { baseUrl: 'https://api.example.com' } }),
      chat: silentChat,
      log: quietLog,
    });
    expect(half.unavailable('defender.isolate_machine')).toMatch(/AZURE_TENANT_ID/);
    expect(catalogue.unavailable('defender.isolate_machine')).toMatch(/DEFENDER_URL/);
  });

  it('is nothing for chat, which is always there', () => {
    expect(catalogue.unavailable('chat.post')).toBe('');
  });

  it('leaves out what other rooms would use', async () => {
    expect(catalogue.mailer).toBeNull();
    expect(catalogue.sentinel).toBeNull();
    await expect(catalogue.findUsers('alice', AbortSignal.timeout(1000))).rejects.toMatchObject({ code: 'action', connector: 'entra' });
    const azure = await createCatalogue({
      settings: nothingBut({ azure: AZURE, entra: { graphUrl: 'https://graph.example.com' } }),
      chat: silentChat,
      log: quietLog,
    });
    expect(azure.unavailable('entra.disable_user')).toBe('');
    expect(azure.unavailable('sentinel.add_comment')).toMatch(/SENTINEL_WORKSPACE/);
  });
});
