// What hostile answers hold and Postgres does not take.
import { describe, expect, it } from 'vitest';
import { savableJson } from '../../src/store/savable.ts';
import { testDatabase } from '../support/database.ts';

describe('JSON for the database', () => {
  it('is taken by it, whatever texts and names hold', async () => {
    const hostile = { 'a\0b': 'c\0d', '\ud800': ['\udfff', { 'x\0': 1, plain: { 'deep\0': true } }], plain: 'text' };
    const database = await testDatabase();
    const { rows } = await database.store.query<{ value: unknown }>('SELECT $1::jsonb AS value', [savableJson(hostile)]);
    await database.drop();
    expect(rows[0]?.value).toEqual({ 'a�b': 'c�d', '�': ['�', { 'x�': 1, plain: { 'deep�': true } }], plain: 'text' });
  });

  it('leaves everything else as it was', () => {
    const value = { list: [1, null, true], at: new Date(0), text: 'ä', nested: { a: {} } };
    expect(savableJson(value)).toBe(JSON.stringify(value));
  });
});
