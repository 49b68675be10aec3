// Bolt's log lines in ours. Its debug lines hold whole bodies and are dropped; its info lines are about itself.
import { type Logger, LogLevel } from '@slack/bolt';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';

export function boltLogger(log: Log): Logger {
  const detail = (said: readonly unknown[]): string => said.map(messageOf).join(' ').slice(0, 1_000);
  return {
    debug: () => undefined,
    info: (...said: unknown[]) => log.debug('bolt', { detail: detail(said) }),
    warn: (...said: unknown[]) => log.warn('bolt', { detail: detail(said) }),
    error: (...said: unknown[]) => log.error('bolt', { detail: detail(said) }),
    getLevel: () => LogLevel.INFO,
    setLevel: () => undefined,
    setName: () => undefined,
  };
}
