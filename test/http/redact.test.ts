// Secrets under names and in places that no list of names foresees.
import { describe, expect, it } from 'vitest';
import { shownJson } from '../../src/http/pages/redact.ts';

const SECRET = 'hunter2hunter2';

describe('what a run log shows of a request', () => {
  it.each([
    ['a header whose name says nothing', { headers: { 'X-Functions-Key': SECRET, 'x-auth': SECRET, 'Ocp-Apim-Subscription-Key': SECRET } }],
    ['a signed address', { url: `https://hooks.example.com/run?api-version=1&sig=${SECRET}&x=1` }],
    ['a key in an address', { url: `https://hooks.example.com/run?subscription-key=${SECRET}` }],
    ['a password in an address', { text: `see https://bot:${SECRET}@example.com/a` }],
    ['a header inside a text', { notes: [`curl -H "Authorization: Bearer ${SECRET}"`] }],
  ])('hides %s', (_what, value) => {
    expect(shownJson(value)).not.toContain(SECRET);
    expect(shownJson(value)).toContain('[redacted]');
  });

  it('keeps what says nothing secret', () => {
    const value = {
      headers: { 'content-type': 'application/json', etag: '"7"' },
      url: 'https://example.com/a?page=2&code_path=x',
      body: { monkey: 1 },
    };
    expect(JSON.parse(shownJson(value))).toEqual(value);
  });
});
