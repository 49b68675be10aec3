// Where a run stands, as people read it.
import { expect, it } from 'vitest';
import { standing } from '../../src/model/run.ts';

it('says where a run stands without saying it twice', () => {
  expect(standing('waiting', 'waiting for admin: Block it?')).toBe('waiting for admin: Block it?');
  expect(standing('failed', 'failed at disable: no such user')).toBe('failed at disable: no such user');
  expect(standing('cancelled', 'cancelled by Bob Weber')).toBe('cancelled by Bob Weber');
  expect(standing('succeeded', 'done')).toBe('succeeded');
  expect(standing('running', '')).toBe('running');
  expect(standing('running', 'Block by Carol Ortiz')).toBe('running: Block by Carol Ortiz');
});
