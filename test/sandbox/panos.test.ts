// The XML API of a PAN-OS firewall as the stand-in has it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isWellFormed } from '../../src/sandbox/panos/xml.ts';
import { type Client, openSandbox } from './client.ts';

const IP = '203.0.113.7';
let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

async function api(form: Record<string, string>, key = client.sandbox.connectors.paloalto?.apiKey ?? ''): Promise<string> {
  const reply = await client.plain('POST', '/panos/api/', new URLSearchParams(form), { 'x-pan-key': key });
  expect(reply.status).toBe(200); // errors too: the document tells
  expect(isWellFormed(reply.text)).toBe(true);
  return reply.text;
}
function message(kind: 'register' | 'unregister', entries: string): string {
  return `<uid-message><version>1.0</version><type>update</type><payload><${kind}>${entries}</${kind}></payload></uid-message>`;
}
function entry(ip = IP, { tag = 'picket-block', timeout = '' } = {}): string {
  return `<entry ip="${ip}" persistent="1"><tag><member${timeout && ` timeout="${timeout}"`}>${tag}</member></tag></entry>`;
}
const update = async (kind: 'register' | 'unregister', entries = entry()) => api({ type: 'user-id', cmd: message(kind, entries) });
const show = async (inner = `<ip>${IP}</ip>`) =>
  api({ type: 'op', cmd: `<show><object><registered-ip>${inner}</registered-ip></object></show>` });

test('tells whole documents from broken ones', () => {
  const whole = ['<a/>', '<a b="1"><c></c>text &amp; more</a>', '<?xml version="1.0"?><a>\n</a>', "<a b='\"'/>"];
  const broken = ['', 'text', '<a>', '</a>', '<a></b>', '<a><b></a></b>', '<a/><b/>', '<a b=1/>', '<a>&</a>', '<a', '<a></a></a>'];
  expect(whole.filter((text) => !isWellFormed(text))).toEqual([]);
  expect(broken.filter(isWellFormed)).toEqual([]);
});

describe('the key', () => {
  test.each(['', 'wrong'])('must be right: %j is refused in the document', async (key) => {
    expect(await api({ type: 'op', cmd: '<show/>' }, key)).toMatch(/^<response status="error" code="403">/);
  });

  test('is given for user and password in the body, not in the query', async () => {
    expect(await api({ type: 'keygen', user: 'picket', password: 'sandbox-panos' }, '')).toContain('<key>sandbox-panos-key</key>');
    const query = await client.plain('GET', '/panos/api/?type=keygen&user=picket&password=sandbox-panos');
    expect(query.text).toContain('status="error"');
  });
});

describe('registering', () => {
  test('takes an address up, shows it and lets it go again', async () => {
    expect(await show()).toContain('<count>0</count>');
    expect(await update('register')).toMatch(/^<response status="success">/);
    expect(await show()).toContain(
      `<entry ip="${IP}" from_agent="0" persistent="1"><tag><member>picket-block</member></tag></entry><count>1</count>`,
    );
    expect(await show('<tag><entry name="other"/></tag>')).toContain('<count>0</count>');
    expect(await update('unregister')).toMatch(/^<response status="success">/);
    expect(await show()).toContain('<count>0</count>');
  });

  test('answers a duplicate as an error that says to ignore it, and does the rest', async () => {
    await update('register');
    const reply = await update('register', entry() + entry('203.0.113.8'));
    expect(reply).toMatch(/^<response status="error">/);
    expect(reply).toContain(`<entry ip="${IP}" message="tag picket-block already exists, ignore">`);
    expect(await show('<all></all>')).toContain('<count>2</count>');
  });

  test('answers letting go of nothing as an error that says to ignore it', async () => {
    expect(await update('unregister')).toContain('message="tag picket-block does not exist, ignore unreg"');
  });

  test('forgets by itself when the time is over, and then takes the same again', async () => {
    await update('register', entry(IP, { timeout: '3600' }));
    client.wait(3_599_000);
    expect(await show()).toContain('<count>1</count>');
    client.wait(2000);
    expect(await show()).toContain('<count>0</count>');
    expect(await update('register')).toMatch(/^<response status="success">/);
  });

  test('pages a long list', async () => {
    await update('register', Array.from({ length: 5 }, (_, at) => entry(`198.51.100.${at}`)).join(''));
    const page = await show('<limit>2</limit><start-point>3</start-point>');
    expect(page).toContain('ip="198.51.100.2"');
    expect(page).toContain('<count>2</count>');
  });

  test.each([
    ['a name for an address', message('register', entry('wks01')), 17],
    ['a network', message('register', entry('203.0.113.0/24')), 17],
    ['a time of more than 30 days', message('register', entry(IP, { timeout: '2592001' })), 17],
    ['an entry without a tag', message('register', `<entry ip="${IP}"></entry>`), 17],
    ['an empty payload', '<uid-message><type>update</type><payload></payload></uid-message>', 17],
    ['a document that is cut off', message('register', entry()).slice(0, -20), 18],
    ['nothing', '', 18],
  ])('refuses %s', async (_what, cmd, code) => {
    expect(await api({ type: 'user-id', cmd })).toContain(`<response status="error" code="${code}">`);
    expect(await show('<all/>')).toContain('<count>0</count>');
  });

  test('knows one vsys and two types of call', async () => {
    expect(await api({ type: 'user-id', vsys: 'vsys9', cmd: message('register', entry()) })).toContain('code="12"');
    expect(await api({ type: 'config', action: 'set' })).toContain('code="1"');
    expect(await api({ type: 'op', cmd: '<show><system><info></info></system></show>' })).toContain('<hostname>fw01</hostname>');
  });
});
