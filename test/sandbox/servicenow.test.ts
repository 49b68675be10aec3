// ServiceNow's Table API as the stand-in has it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Client, openSandbox, type Reply } from './client.ts';

const Ticket = z.object({ result: z.object({ sys_id: z.string().default('') }).catchall(z.unknown()) });
const TABLE = '/servicenow/api/now/table/incident';

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

async function now(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const login = client.sandbox.connectors.servicenow;
  return client.plain(method, path, body, { authorization: `Basic ${btoa(`${login?.user}:${login?.password}`)}`, ...headers });
}
async function create(body: Record<string, unknown> = { short_description: 'Suspicious sign-in' }) {
  return Ticket.parse((await now('POST', TABLE, body)).body).result;
}

test('lets nobody in without the right credentials', async () => {
  for (const authorization of ['', 'Basic bm90OnJpZ2h0', 'Bearer x']) {
    const reply = await now('GET', TABLE, undefined, { authorization });
    expect(reply).toMatchObject({ status: 401, body: { error: { message: 'User Not Authenticated' }, status: 'failure' } });
  }
});

test('knows the incident table under all three spellings, and no other', async () => {
  for (const version of ['', 'v1/', 'v2/']) expect((await now('GET', `/servicenow/api/now/${version}table/incident`)).status).toBe(200);
  expect(await now('GET', '/servicenow/api/now/table/incidents')).toMatchObject({
    status: 400,
    body: { error: { message: 'Invalid table' } },
  });
});

describe('creating', () => {
  test('answers 201 with the place of the ticket, every value a string', async () => {
    const reply = await now('POST', TABLE, { short_description: 'Suspicious sign-in', urgency: 1, impact: 2, correlation_id: 'run-1' });
    const { result } = Ticket.parse(reply.body);
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`${client.sandbox.url}${TABLE}/${result.sys_id}`);
    expect(result).toMatchObject({
      number: 'INC0010001',
      state: '1',
      urgency: '1',
      impact: '2',
      priority: '2',
      active: 'true',
      sys_mod_count: '0',
    });
    expect(result.opened_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    const { opened_by, ...rest } = result;
    expect(opened_by).toEqual({ link: expect.stringContaining('/table/sys_user/'), value: expect.any(String) });
    expect(Object.values(rest).filter((value) => typeof value !== 'string')).toEqual([]);
  });

  test('makes two tickets of two calls with one correlation id', async () => {
    for (let count = 0; count < 2; count += 1) await create({ short_description: 'twice', correlation_id: 'run-1' });
    const found = await now('GET', `${TABLE}?sysparm_query=correlation_id=run-1&sysparm_limit=1&sysparm_fields=sys_id,number`);
    expect(found.body).toEqual({ result: [{ sys_id: expect.any(String), number: 'INC0010001' }] });
    expect(found.headers.get('x-total-count')).toBe('2');
    expect(found.headers.get('link')).toContain('rel="next"');
  });

  test('drops fields it does not know and ones nobody may write', async () => {
    const ticket = await create({ short_description: 'x', bogus: 'y', number: 'INC1', sys_id: 'z' });
    expect(ticket).not.toHaveProperty('bogus');
    expect(ticket).toMatchObject({ number: 'INC0010001', sys_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  test.each([
    ['malformed JSON', '{', {}, 400],
    ['a list', [], {}, 400],
    ['an urgency of 9', { urgency: '9' }, {}, 400],
    ['another content type', 'short_description=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('refuses %s', async (_what, body, headers, status) => {
    expect((await now('POST', TABLE, body, headers)).status).toBe(status);
  });
});

describe('finding', () => {
  test('joins conditions by ^, and takes ^^ for the character', async () => {
    await create({ short_description: 'a^b', correlation_id: 'k^1' });
    await create({ short_description: 'other', correlation_id: 'k' });
    const count = async (query: string) =>
      z.object({ result: z.array(z.unknown()) }).parse((await now('GET', `${TABLE}?sysparm_query=${encodeURIComponent(query)}`)).body)
        .result.length;
    expect(await count('correlation_id=k^^1')).toBe(1);
    expect(await count('correlation_id=k^state=1')).toBe(1);
    expect(await count('correlation_id=k^ORcorrelation_id=k^^1^ORDERBYDESCnumber')).toBe(2);
    expect(await count('short_descriptionLIKEther^stateIN1,2')).toBe(1);
    expect(await count('state!=1')).toBe(0);
  });

  test('refuses a condition on an unknown field, which the real one would ignore', async () => {
    expect((await now('GET', `${TABLE}?sysparm_query=corelation_id=k`)).status).toBe(400);
  });

  test('says 404 for a ticket that is not there', async () => {
    expect(await now('GET', `${TABLE}/0123`)).toMatchObject({
      status: 404,
      body: { error: { message: 'No Record found' }, status: 'failure' },
    });
  });
});

describe('changing', () => {
  test('appends notes to the journal, and shows them as text or by the journal table', async () => {
    const { sys_id } = await create({ short_description: 'x', work_notes: 'first' });
    expect(Ticket.parse((await now('PATCH', `${TABLE}/${sys_id}`, { work_notes: 'second' })).body).result.work_notes).toBe('');
    const shown = await now('GET', `${TABLE}/${sys_id}?sysparm_display_value=true&sysparm_fields=work_notes,state`);
    expect(shown.body).toEqual({ result: { state: 'New', work_notes: expect.stringMatching(/second\n\n[\s\S]*first\n\n$/) } });
    const rows = await now(
      'GET',
      `/servicenow/api/now/table/sys_journal_field?sysparm_query=element_id=${sys_id}^element=work_notes^valueLIKEsecond`,
    );
    expect(rows.body).toMatchObject({ result: [{ value: 'second', name: 'incident' }] });
  });

  test.each(['6', '7'])('closes to state %s only with a code and a note', async (state) => {
    const { sys_id } = await create();
    for (const body of [{ state }, { state, close_code: 'Solution provided' }, { state, close_notes: 'done' }]) {
      expect(await now('PATCH', `${TABLE}/${sys_id}`, body)).toMatchObject({
        status: 403,
        body: { error: { message: 'Operation Failed' } },
      });
    }
    expect(Ticket.parse((await now('GET', `${TABLE}/${sys_id}`)).body).result.state).toBe('1');
    const closed = await now('PATCH', `${TABLE}/${sys_id}`, { state, close_code: 'Solution provided', close_notes: 'done' });
    expect(closed).toMatchObject({ status: 200, body: { result: { state, resolved_at: expect.stringMatching(/^\d{4}/) } } });
  });

  test('shows every value twice when both forms are asked for', async () => {
    const { sys_id } = await create();
    const both = await now('GET', `${TABLE}/${sys_id}?sysparm_display_value=all&sysparm_fields=state,urgency`);
    expect(both.body).toEqual({
      result: { state: { display_value: 'New', value: '1' }, urgency: { display_value: '3 - Low', value: '3' } },
    });
  });

  test('leaves the links of references out on request', async () => {
    const { sys_id } = await create();
    const plain = await now('GET', `${TABLE}/${sys_id}?sysparm_exclude_reference_link=true&sysparm_fields=opened_by`);
    expect(plain.body).toEqual({ result: { opened_by: expect.stringMatching(/^[0-9a-f]{32}$/) } });
  });
});
