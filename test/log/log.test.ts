// The log's one promise beside being readable: no secret ever stands in a line.
import { describe, expect, it } from 'vitest';
import { createLog, isRedactedKey, REDACTED, REDACTED_KEYS } from '../../src/log.ts';

function capture(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  return { lines, log: createLog({ level, write: (line) => lines.push(line) }) };
}

describe('log', () => {
  it('writes one JSON object per line with level, ISO time, static message and fields beside it', () => {
    const { lines, log } = capture();
    log.info('run waiting', { runId: 'r1', stepId: 'decision' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.endsWith('\n')).toBe(true);
    const entry: unknown = JSON.parse(lines[0] ?? '');
    expect(entry).toMatchObject({ level: 'info', msg: 'run waiting', runId: 'r1', stepId: 'decision' });
    expect(entry).toHaveProperty('time', expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/));
  });

  it('keeps the fields of a child on every line of it', () => {
    const { lines, log } = capture();
    log.child({ runId: 'r1' }).child({ line: 'main' }).warn('step failed');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'warn', runId: 'r1', line: 'main', msg: 'step failed' });
  });

  it('leaves out what is below its level', () => {
    const { lines, log } = capture('info');
    log.debug('noise');
    log.error('trouble');
    expect(lines).toHaveLength(1);
  });

  it.each(REDACTED_KEYS)('never writes a value named %s, at the top, deep inside, in a list or in a child', (key) => {
    const { lines, log } = capture();
    const secret = `s3cr3t-${key}`;
    log.info('top', { [key]: secret });
    log.info('deep', { request: { headers: { [key.toUpperCase()]: secret }, list: [{ [key]: secret }] } });
    log.child({ [key]: { value: secret } }).info('child', { ok: true });
    expect(lines.join('')).not.toContain(secret);
    expect(lines[0]).toContain(REDACTED);
  });

  it('compares names without case, dashes and underscores', () => {
    expect(isRedactedKey('client_secret')).toBe(true);
    expect(isRedactedKey('X-PAN-KEY')).toBe(true);
    expect(isRedactedKey('Set-Cookie')).toBe(true);
    expect(isRedactedKey('runId')).toBe(false);
  });

  it('shows that a secret is empty, since that is what an operator looks for', () => {
    const { lines, log } = capture();
    log.info('settings', { token: '' });
    expect(JSON.parse(lines[0] ?? '')).toHaveProperty('token', '');
  });

  it('writes errors with their causes', () => {
    const { lines, log } = capture();
    log.error('call failed', { error: new Error('no answer', { cause: new Error('reset by peer') }) });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ error: { message: 'no answer', cause: { message: 'reset by peer' } } });
  });

  it.each([
    ['postgres://picket:hunter2hunter2@db.example.com/picket', 'hunter2hunter2'],
    ['sent Authorization: Bearer abcdef.ghijkl-123456', 'abcdef.ghijkl'],
    ['refused xoxb-0000-not-a-real-one', 'xoxb-0000'],
  ])('masks credentials inside the text %s', (text, secret) => {
    const { lines, log } = capture();
    log.warn('failed', { text, error: new Error(text) });
    expect(lines[0]).not.toContain(secret);
    expect(lines[0]).toContain(REDACTED);
  });

  it('survives values that refer to themselves, big integers and endless depth', () => {
    const { lines, log } = capture();
    const loop: Record<string, unknown> = { size: 10n };
    loop.self = loop;
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let depth = 0; depth < 1000; depth += 1) {
      const next: Record<string, unknown> = {};
      inner.next = next;
      inner = next;
    }
    log.info('odd', { loop, deep });
    expect(lines[0]).toContain('[circular]');
    expect(lines[0]).toContain('[deep]');
  });
});
