// What somebody typed as a target: the one thing that is meant, or a refusal that offers it. Never a guess.
import { describe, expect, it } from 'vitest';
import { accountLookup, pickEntity } from '../../src/chat/targets.ts';
import { ENTITY_KINDS, type EntityKind } from '../../src/model/entity.ts';
import { ActionError } from '../../src/model/errors.ts';

const pick = (kinds: readonly EntityKind[], text: string) => pickEntity(null, kinds, text, 'some-playbook');

const user = (name: string, displayName = name) => ({
  id: `id-${name}`,
  userPrincipalName: `${name}@contoso.com`,
  displayName,
  mail: '',
  accountEnabled: true,
  userType: 'Member',
  onPremisesSyncEnabled: false,
});
type Found = { certain: ReturnType<typeof user>[]; possible: ReturnType<typeof user>[] };
const directory = (found: Found) => accountLookup(async () => found);

describe('a target', () => {
  it.each<[string, EntityKind, string]>([
    ['alice@contoso.com', 'account', 'alice@contoso.com'],
    ['CONTOSO\\alice', 'account', 'CONTOSO\\alice'],
    ['<mailto:alice@contoso.com|alice@contoso.com>', 'account', 'alice@contoso.com'],
    ['203[.]0[.]113[.]50', 'ip', '203.0.113.50'],
    ['2001:DB8::1', 'ip', '2001:db8::1'],
    ['<http://wks01.contoso.com|wks01.contoso.com>', 'host', 'wks01.contoso.com'],
    ['<http://203.0.113.50|203.0.113.50>', 'ip', '203.0.113.50'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'host', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['hxxps://login[.]example[.]net/x', 'url', 'https://login.example.net/x'],
    ['login.example.net', 'dns', 'login.example.net'],
    ['D41D8CD98F00B204E9800998ECF8427E', 'filehash', 'd41d8cd98f00b204e9800998ecf8427e'],
  ])('%s is a %s', async (text, kind, display) => {
    expect(await pick([kind], text)).toMatchObject({ kind, display });
  });

  it.each<[string, EntityKind, string]>([
    ['203.0.113.50', 'account', 'is a value of kind ip'],
    ['203.0.113.50', 'host', 'is a value of kind ip'],
    ['alice@contoso.com', 'ip', 'looks like an account'],
    ['alice@contoso.com', 'host', 'is not a host'],
    ['https://login.example.net/x', 'account', 'is a value of kind url'],
    ['D41D8CD98F00B204E9800998ECF8427E', 'account', 'is a value of kind filehash'],
    ['203.0.113.0/24', 'ip', 'is a network'],
    ['203.0.113.999', 'ip', 'is not an IP address'],
    ['wks01; rm', 'host', 'is not a host'],
    ['<@U123>', 'account', 'mention'],
    ['<!channel>', 'account', 'mention'],
    ['<http://wks01.contoso.com|wks01.contoso.com>', 'account', 'is not an account'],
    ['da39a3ee5e6b4b0d3255bfef95601890afd80709', 'account', 'is a value of kind filehash'],
    ['[x](javascript:alert(1))', 'url', 'is not a URL'],
    ['javascript:alert(1)', 'url', 'is not a URL'],
    ['x'.repeat(5_000), 'host', 'is not a host'],
    ['\u202e', 'account', 'No account was given'],
  ])('%s is no %s, and the answer says what would be', async (text, kind, why) => {
    const found = await pick([kind], text);
    expect(found).toMatchObject({ refused: true, why: expect.stringContaining(why), remedy: expect.stringMatching(/\S/) });
    expect(JSON.stringify(found).length).toBeLessThan(600);
  });

  it('of any kind never makes it throw', async () => {
    for (const text of ['', ' ', '\0', '\ud800', '"', '<', '${{ x }}', '../../etc', '😀'])
      for (const kind of ENTITY_KINDS) await expect(pick([kind], text)).resolves.toBeTypeOf('object');
  });
});

describe('a name in the directory', () => {
  it('that is exactly one person is that person', async () => {
    const lookup = directory({ certain: [user('alice', 'Alice Adams')], possible: [user('alice'), user('alicia')] });
    expect(await lookup?.('alice')).toMatchObject({ kind: 'account', display: 'alice@contoso.com', fields: { aadUserId: 'id-alice' } });
  });

  it('that several people have offers them', async () => {
    const lookup = directory({ certain: [user('alex1', 'Alex'), user('alex2', 'Alex')], possible: [] });
    expect(await lookup?.('Alex')).toMatchObject({
      why: '"Alex" could be 2 people.',
      remedy: 'Name one by the user principal name: alex1@contoso.com (Alex), alex2@contoso.com (Alex).',
    });
  });

  it('that only begins like one person offers them and takes nobody', async () => {
    const lookup = directory({ certain: [], possible: [user('alice', 'Alice Adams')] });
    expect(await lookup?.('ali')).toMatchObject({ refused: true, remedy: 'Did you mean alice@contoso.com (Alice Adams)?' });
  });

  it('that begins like many offers ten and counts the others', async () => {
    const lookup = directory({ certain: [], possible: Array.from({ length: 25 }, (_, n) => user(`a${n}`)) });
    expect(await lookup?.('a')).toMatchObject({ why: '"a" could be 25 people.', remedy: expect.stringContaining('and 15 more.') });
  });

  it('that nobody has says so', async () => {
    expect(await directory({ certain: [], possible: [] })?.('zoe')).toMatchObject({ why: 'Nobody in Entra ID is called "zoe".' });
  });

  it('is not looked up when the directory is down or silent, and the answer says that nothing was started', async () => {
    const down = accountLookup(async () => {
      throw new ActionError('Entra ID answered 503', { connector: 'entra' });
    });
    expect(await down?.('alice')).toMatchObject({
      why: expect.stringContaining('answered 503'),
      remedy: expect.stringContaining('Nothing was started'),
    });
    const silent = accountLookup(
      (_text, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
      50,
    );
    expect(await silent?.('alice')).toMatchObject({ why: expect.stringContaining('did not answer') });
  });
});
