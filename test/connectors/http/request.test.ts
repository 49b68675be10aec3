// A generic request reaches what is allowed, and nothing else: not the own network, not by a redirect, not by a name that lies.
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { request } from '../../../src/connectors/http/request.ts';
import { specialUse } from '../../../src/connectors/public-address.ts';
import type { HttpActionSettings } from '../../../src/model/settings.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { contextOf, QUICK } from '../context.ts';

let server: Server;
let url: string;
let seen: { method: string; url: string; headers: Readonly<Record<string, unknown>>; body: string }[];
let answer: { status: number; headers: Record<string, string>; body: string };

beforeEach(async () => {
  seen = [];
  answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"ok":true}' };
  server = createServer((incoming, outgoing) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    incoming.on('end', () => {
      seen.push({ method: incoming.method ?? '', url: incoming.url ?? '', headers: incoming.headers, body });
      outgoing.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://localhost:${typeof address === 'object' && address !== null ? address.port : 0}`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

function action(settings: Partial<HttpActionSettings> = {}) {
  return request({ settings: { allowedHosts: [], allowedPrivateHosts: ['localhost'], ...settings }, log: quietLog, timing: QUICK });
}

describe('http.request', () => {
  it('sends method, headers and JSON, and gives status, headers and parsed body', async () => {
    const output = await action().run(
      { method: 'POST', url: `${url}/hook?a=1`, headers: { 'X-Token': 't' }, body: { a: [1] } },
      contextOf({ key: 'k1' }),
    );
    expect(output).toMatchObject({ status: 200, body: { ok: true }, headers: { 'content-type': 'application/json' } });
    expect(seen[0]).toMatchObject({
      method: 'POST',
      url: '/hook?a=1',
      body: '{"a":[1]}',
      headers: { 'x-token': 't', 'idempotency-key': 'k1' },
    });
  });

  it('gives text as text and nothing as an empty text', async () => {
    answer = { status: 200, headers: {}, body: 'plain' };
    expect(await action().run({ url }, contextOf())).toMatchObject({ body: 'plain' });
    answer = { status: 204, headers: {}, body: '' };
    expect(await action().run({ url }, contextOf())).toMatchObject({ status: 204, body: '' });
  });

  it.each([
    ['a host that is not listed', 'https://elsewhere.example.com/', {}, /not allowed.*http\.allowedHosts/],
    ['a host whose name only ends alike', 'https://evilexample.com/', { allowedHosts: ['*.example.com'] }, /not allowed/],
    [
      'a private address behind a listed name',
      'http://localhost:1/',
      { allowedHosts: ['localhost'], allowedPrivateHosts: [] },
      /leads to .*loopback.*allowedPrivateHosts/,
    ],
    ['the metadata service', 'http://169.254.169.254/', { allowedHosts: ['169.254.169.254'] }, /link-local/],
    ['IPv6 loopback', 'http://[::1]/', { allowedHosts: ['::1'] }, /loopback/],
    ['credentials in the URL', 'http://a:b@localhost/', {}, /use a header/],
  ])('refuses %s', async (_name, target, settings, message) => {
    await expect(action(settings).run({ url: target }, contextOf())).rejects.toThrow(message);
    expect(seen).toHaveLength(0);
  });

  it.each(['Host', 'content-length', 'bad header'])('refuses to set the header %s', async (name) => {
    await expect(action().run({ url, headers: { [name]: 'x' } }, contextOf())).rejects.toThrow(/cannot be set/);
  });

  it('does not follow redirects', async () => {
    answer = { status: 302, headers: { location: `${url}/inside` }, body: '' };
    await expect(action().run({ url }, contextOf())).rejects.toThrow(/redirects elsewhere/);
    expect(seen).toHaveLength(1);
  });

  it('refuses an answer without end', async () => {
    answer = { status: 200, headers: {}, body: 'x'.repeat(1_100_000) };
    await expect(action().run({ url }, contextOf())).rejects.toThrow(/too much/);
  });

  it('fails on an error status, and does not repeat a POST that may have been done', async () => {
    answer = { status: 502, headers: {}, body: 'bad' };
    await expect(action().run({ method: 'POST', url }, contextOf())).rejects.toThrow(/may have been done/);
    expect(seen).toHaveLength(1);
  });

  it('does not send a POST again of which nobody knows whether it was done', async () => {
    await expect(action().run({ method: 'POST', url }, contextOf({ repeated: true }))).rejects.toThrow(/cut off.*Nothing was sent/);
    expect(seen).toHaveLength(0);
    await action().run({ method: 'PUT', url }, contextOf({ repeated: true }));
    await action().run({ method: 'POST', url, repeatable: true }, contextOf({ repeated: true }));
    expect(seen.map((request) => request.method)).toEqual(['PUT', 'POST']);
  });
});

describe('addresses with a special use', () => {
  it.each([
    ['203.0.113.50', ''],
    ['2001:db8::1', ''],
    ['8.8.8.8', ''],
    ['10.1.2.3', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.0.1', 'private'],
    ['127.0.0.53', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['100.64.1.1', 'shared by carriers'],
    ['255.255.255.255', 'reserved'],
    ['224.0.0.1', 'multicast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['fe80::1', 'link-local'],
    ['fd00::1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['64:ff9b::a00:1', 'a translated IPv4 address'],
    ['fe80::1%eth0', 'not one address'],
    ['10.0.0.0/8', 'not one address'],
    ['example.com', 'not one address'],
  ])('%s is %j', (address, what) => {
    expect(specialUse(address)).toBe(what);
  });

  it('is not fooled by IPv4 in hexadecimal inside IPv6', () => {
    expect(specialUse('::ffff:7f00:1')).not.toBe('');
  });
});
