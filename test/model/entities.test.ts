// What makes two mentions the same entity, and what typed text is accepted for each kind.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityFromText, makeEntity } from '../../src/model/entities.ts';
import { ENTITY_FIELDS, ENTITY_KINDS, type EntityKind } from '../../src/model/entity.ts';
import { isRefusal } from '../../src/model/errors.ts';

function read(kind: EntityKind, text: string): string {
  const entity = entityFromText(kind, text);
  return isRefusal(entity) ? `refused: ${entity.why}` : entity.value;
}

describe('typed text', () => {
  it.each<[EntityKind, string, string]>([
    ['account', 'Alice@contoso.com', 'Alice@contoso.com'],
    ['account', '<mailto:alice@contoso.com|alice@contoso.com>', 'alice@contoso.com'],
    ['account', '<mailto:mallory@example.net|alice@contoso.com>', 'mallory@example.net'],
    ['account', '`alice@contoso.com`', 'alice@contoso.com'],
    ['account', '\u200balice@contoso.com\u202e', 'alice@contoso.com'],
    ['account', 'alice[at]contoso[.]com', 'alice@contoso.com'],
    ['account', 'bob_example.com#EXT#@contoso.onmicrosoft.com', 'bob_example.com#EXT#@contoso.onmicrosoft.com'],
    ['account', 'CONTOSO\\alice', 'CONTOSO\\alice'],
    ['account', 'S-1-5-21-1000000001-1000000002-1000000003-1104', 'S-1-5-21-1000000001-1000000002-1000000003-1104'],
    ['account', '0F1E2D3C-4b5a-4697-8879-6a5b4c3d2e1f', '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f'],
    ['account', 'alice', 'alice'],
    ['account', '“Alice Example”', 'Alice Example'],
    ['host', 'WKS01', 'WKS01'],
    ['host', 'wks01.contoso.com', 'wks01.contoso.com'],
    ['host', '<http://wks01.contoso.com|wks01.contoso.com>', 'wks01.contoso.com'],
    ['host', 'CONTOSO\\WKS01$', 'WKS01'],
    ['host', 'abcdefabcdefabcdefabcdefabcdefabcdefabcd', 'abcdefabcdefabcdefabcdefabcdefabcdefabcd'],
    ['ip', '203.0.113.50', '203.0.113.50'],
    ['ip', '203[.]0[.]113[.]50', '203.0.113.50'],
    ['ip', '2001:DB8:0::1', '2001:db8::1'],
    ['ip', '::ffff:203.0.113.50', '203.0.113.50'],
    ['ip', '[2001:db8::1]', '2001:db8::1'],
    ['url', 'hxxps://evil[.]example[.]net/p?q=1', 'https://evil.example.net/p?q=1'],
    ['url', '<https://x.example.net/a|harmless>', 'https://x.example.net/a'],
    ['url', '[harmless](https://x.example.net/a)', 'https://x.example.net/a'],
    ['dns', 'Login[.]Example(.)net.', 'login.example.net'],
    ['dns', 'bücher.example', 'xn--bcher-kva.example'],
    [
      'filehash',
      '275A021BBFB6489E54D471899F7DB9D1663FC695EC2FE2A2C4538AABF651FD0F',
      '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f',
    ],
  ])('reads %s %j as %s', (kind, text, value) => {
    expect(read(kind, text)).toBe(value);
  });

  it.each<[EntityKind, string]>([
    ['account', ''],
    ['account', '203.0.113.5'],
    ['account', '<@U123>'],
    ['account', 'a@b'],
    ['account', 'alice; drop'],
    ['account', 'x'.repeat(5000)],
    ['host', '203.0.113.5'],
    ['host', 'wks 01'],
    ['host', '-wks01'],
    ['ip', '999.1.1.1'],
    ['ip', '1.2.3.4.5'],
    ['ip', '0x7f.1'],
    ['ip', '2130706433'],
    ['ip', '017700000001'],
    ['ip', '1.2.3'],
    ['ip', '203.0.113.0/24'],
    ['ip', '203.0.113.5:443'],
    ['ip', 'fe80::1%eth0'],
    ['ip', 'block 203.0.113.5 please'],
    ['url', 'evil.example.net/p'],
    ['url', 'javascript:alert(1)'],
    ['url', 'https://a.example.net/ b'],
    ['dns', 'localhost'],
    ['dns', '203.0.113.5'],
    ['dns', 'https://evil.example.net/path'],
    ['filehash', 'abc'],
    ['filehash', 'g'.repeat(64)],
  ])('refuses %s %j', (kind, text) => {
    expect(read(kind, text)).toMatch(/^refused: /);
  });

  it('says what a text of another kind looks like, and what a network is', () => {
    expect(read('account', '203.0.113.5')).toContain('looks like an IP address');
    expect(read('ip', '203.0.113.0/24')).toContain('is a network');
  });

  it('never throws and never gives an entity without a key, whatever is typed', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ENTITY_KINDS), fc.string({ unit: 'binary', maxLength: 80 }), (kind, text) => {
        const entity = entityFromText(kind, text);
        if (isRefusal(entity)) expect(entity.why).not.toBe('');
        else expect([entity.key, entity.value]).not.toContain('');
      }),
    );
  });
});

describe('entities from fields', () => {
  it('has every field of its kind as a string and no other', () => {
    for (const kind of ENTITY_KINDS) expect(Object.keys(makeEntity(kind, { odd: 'x' }).fields)).toEqual([...ENTITY_FIELDS[kind]]);
  });

  it('puts the UPN together, and takes it apart', () => {
    const parts = makeEntity('account', { name: 'Alice', upnSuffix: 'contoso.com', displayName: 'Alice Example' });
    const whole = makeEntity('account', { name: 'alice@contoso.com' });
    expect(parts).toMatchObject({ key: 'alice@contoso.com', display: 'Alice@contoso.com', value: 'Alice@contoso.com' });
    expect(whole.fields).toMatchObject({ upn: 'alice@contoso.com', name: 'alice', upnSuffix: 'contoso.com' });
    expect(whole.key).toBe(parts.key);
  });

  it('prefers what names one account: object id, personal SID, DOMAIN\\user, then the bare name', () => {
    expect(makeEntity('account', { name: 'alice', aadUserId: 'ID-1', ntDomain: 'CONTOSO' }).value).toBe('ID-1');
    expect(makeEntity('account', { name: 'alice', sid: 'S-1-5-21-1-2-3-4' }).value).toBe('S-1-5-21-1-2-3-4');
    expect(makeEntity('account', { name: 'WKS01$', ntDomain: 'DOM', sid: 'S-1-5-18' }).value).toBe('DOM\\WKS01$');
    expect(makeEntity('account', {}).key).toBe('');
  });

  it('makes the FQDN from its parts and the parts from the FQDN', () => {
    expect(makeEntity('host', { hostName: 'WKS01', dnsDomain: 'contoso.com' })).toMatchObject({
      key: 'wks01.contoso.com',
      value: 'WKS01.contoso.com',
    });
    expect(makeEntity('host', { hostName: 'wks01.contoso.com' }).fields).toMatchObject({
      hostName: 'wks01',
      dnsDomain: 'contoso.com',
      fqdn: 'wks01.contoso.com',
    });
    expect(makeEntity('host', { netBiosName: 'WKS02' }).value).toBe('WKS02');
  });

  it('shows hidden characters from outside, so that a look-alike is not taken for the real one', () => {
    const spoofed = makeEntity('account', { upn: 'ali\u200bce@contoso.com' });
    expect(spoofed.key).toBe('ali\ufffdce@contoso.com');
    expect(makeEntity('url', { url: 'https://example.net/\u202egnp.exe' }).display).toBe('https://example.net/\ufffdgnp.exe');
  });

  it('gives equal keys to spellings of the same thing', () => {
    expect(makeEntity('ip', { address: '2001:DB8::0:1' }).key).toBe(makeEntity('ip', { address: '2001:db8::1' }).key);
    expect(makeEntity('url', { url: 'HTTPS://Example.net/A' }).key).toBe(makeEntity('url', { url: 'https://example.net/A' }).key);
    expect(makeEntity('filehash', { hash: 'AB'.repeat(32) })).toMatchObject({ key: 'ab'.repeat(32), fields: { algorithm: 'SHA256' } });
  });
});
