// A log for tests: silent unless PICKET_TEST_LOG is set, then every line goes to stderr.
import type { Log, LogFields } from '../../src/model/log.ts';

const loud = process.env.PICKET_TEST_LOG !== undefined;

function write(level: string, message: string, fields: LogFields | undefined): void {
  if (loud) process.stderr.write(`${level} ${message} ${JSON.stringify(fields ?? {})}\n`);
}

export const quietLog: Log = {
  debug: (message, fields) => write('debug', message, fields),
  info: (message, fields) => write('info', message, fields),
  warn: (message, fields) => write('warn', message, fields),
  error: (message, fields) => write('error', message, fields),
  child: () => quietLog,
};
