// Deliveries of incidents: only a signed, fresh, first one is taken, and only what was saved is confirmed.
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeliveries } from '../../src/http/deliveries.ts';
import { type IngestOptions, ingestRoutes } from '../../src/http/ingest.ts';
import { refuse } from '../../src/model/errors.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { quietLog } from '../support/quiet-log.ts';

const SECRET = 'a secret shared with the sender';
const NOW = Date.parse('2026-03-01T03:12:00Z');
let database: TestDatabase;
let received: unknown[] = [];

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  received = [];
  await database.store.query('DELETE FROM delivery');
});

function door(changes: Partial<IngestOptions> = {}): ReturnType<typeof ingestRoutes> {
  const receive: IngestOptions['receive'] = async (body) => {
    received.push(body);
    return { accepted: true, incidentId: 'incident-1' };
  };
  return ingestRoutes({
    secret: SECRET,
    deliveries: createDeliveries(database.store),
    receive,
    now: () => new Date(NOW),
    log: quietLog,
    ...changes,
  });
}

interface Sent {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly secondsOff?: number;
  readonly secret?: string;
  readonly headers?: Record<string, string>;
}

function signed({ body = '{"title":"x"}', secondsOff = 0, secret = SECRET, headers = {} }: Sent): Request {
  const timestamp = String(NOW / 1000 + secondsOff);
  const signature = createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
  const all = { 'content-type': 'application/json', 'x-picket-timestamp': timestamp, 'x-picket-signature': `v1=${signature}`, ...headers };
  return new Request('http://127.0.0.1/ingest/sentinel', { method: 'POST', body, headers: all });
}

describe('POST /ingest/sentinel', () => {
  it('hands a signed incident in and answers 202 with its id', async () => {
    const response = await door().request(signed({ body: '{"title":"Sign-in from two places"}' }));
    expect([response.status, await response.json()]).toEqual([202, { accepted: true, incidentId: 'incident-1' }]);
    expect(received).toEqual([{ title: 'Sign-in from two places' }]);
  });

  it.each([
    ['without a signature', { headers: { 'x-picket-signature': '' } }],
    ['without a timestamp', { headers: { 'x-picket-timestamp': '' } }],
    ['signed with another secret', { secret: 'another secret' }],
    ['whose signature is of another length', { headers: { 'x-picket-signature': 'v1=abc' } }],
    ['signed for another time', { headers: { 'x-picket-timestamp': String(NOW / 1000 + 1) } }],
    ['more than five minutes old', { secondsOff: -301 }],
    ['more than five minutes ahead', { secondsOff: 301 }],
    ['that is forged, before its JSON is looked at', { secret: 'another secret', body: '{' }],
  ] satisfies [string, Sent][])('refuses a delivery %s', async (_title, sent) => {
    const response = await door().request(signed(sent));
    expect(response.status).toBe(401);
    expect(received).toEqual([]);
  });

  it('refuses a changed body', async () => {
    const { headers } = signed({});
    const response = await door().request('/ingest/sentinel', { method: 'POST', headers, body: '{"title":"y"}' });
    expect([response.status, received]).toEqual([401, []]);
  });

  it('takes a delivery at the edge of the window', async () => {
    expect((await door().request(signed({ secondsOff: -300 }))).status).toBe(202);
    expect((await door().request(signed({ secondsOff: 300 }))).status).toBe(202);
  });

  it('refuses a replay and does nothing', async () => {
    expect((await door().request(signed({}))).status).toBe(202);
    const replay = await door().request(signed({}));
    expect([replay.status, received.length]).toEqual([409, 1]);
  });

  it("takes the sender's repetition when saving failed the first time", async () => {
    const failing = door({ receive: () => Promise.reject(new Error('the database is away')) });
    failing.onError((_error, context) => context.text('away', 503));
    expect((await failing.request(signed({}))).status).toBe(503);
    expect((await door().request(signed({}))).status).toBe(202);
  });

  it.each([
    ['malformed JSON', '{"title":', 400],
    ['a body that is not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['a body over 1 MB', `"${'x'.repeat(1024 * 1024)}"`, 413],
  ])('answers %s with what to do', async (_title, body, status) => {
    const response = await door().request(signed({ body }));
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ error: expect.any(String), remedy: expect.stringMatching(/^Send /) });
    expect(received).toEqual([]);
  });

  it('answers an incident that cannot be used with the reason', async () => {
    const response = await door({ receive: async () => refuse('The incident has no id.', 'Send properties.incidentNumber.') }).request(
      signed({}),
    );
    expect([response.status, await response.json()]).toEqual([
      422,
      { error: 'The incident has no id.', remedy: 'Send properties.incidentNumber.' },
    ]);
  });

  it('is closed while no secret is set', async () => {
    const response = await door({ secret: '' }).request(signed({ secret: 'x' }));
    expect([response.status, received]).toEqual([403, []]);
  });
});
