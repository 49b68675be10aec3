// Files and environment become one frozen Settings, or one ConfigError that lists everything that is wrong.
// The only reader of process.env. Secrets come from the environment (or a `.env` file beside picket.yaml) alone.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { readConnectors } from './config/connectors.ts';
import { type Environment, readEnvironment } from './config/environment.ts';
import { readConfigFile } from './config/file.ts';
import { readOrganisation } from './config/organisation.ts';
import { readSlack, readTeams } from './config/platforms.ts';
import type { SettingGroup } from './config/reference.ts';
import { ConfigError, describeProblem } from './model/errors.ts';
import type { Settings } from './model/settings.ts';

export { SETTINGS_REFERENCE } from './config/reference.ts';

type Variables = Readonly<Record<string, string | undefined>>;

const REAL: readonly SettingGroup[] = ['Slack', 'Teams', 'Azure', 'Sentinel', 'Defender', 'ServiceNow', 'Palo Alto', 'E-mail'];
const SHIPPED_PLAYBOOKS = fileURLToPath(new URL('../playbooks', import.meta.url));

/** Reads picket.yaml and the environment. Throws ConfigError with one line per problem. Paths are absolute in what it answers. */
export function loadSettings(from: { readonly env?: Variables | undefined; readonly cwd?: string } = {}): Settings {
  const cwd = from.cwd ?? process.cwd();
  const variables = from.env ?? process.env;
  const configured = variables.PICKET_CONFIG?.trim() ?? '';
  const path = resolve(cwd, configured || 'picket.yaml');
  const environment = readEnvironment({ ...dotEnv(dirname(path)), ...variables });
  const file = readConfigFile(fileText(path, configured !== '', environment), configured || 'picket.yaml');
  const mode = REAL.some((group) => environment.uses(group)) ? 'real' : 'sandbox';

  const slack = readSlack(environment);
  const teams = readTeams(environment);
  const organisation = readOrganisation(file, { mode, platforms: { slack: slack !== null, teams: teams !== null } });
  const settings: Settings = {
    mode,
    ...readServer(environment, mode),
    home: resolve(cwd, environment.text('PICKET_HOME')),
    databaseUrl: environment.text('DATABASE_URL'),
    secret: secret(environment, 'PICKET_SECRET', 32),
    ingestSecret: secret(environment, 'PICKET_INGEST_SECRET', 16),
    // Somebody who tries the sandbox looks for its address, not for log lines.
    logLevel:
      mode === 'sandbox' && !environment.isSet('PICKET_LOG_LEVEL')
        ? 'warn'
        : environment.oneOf('PICKET_LOG_LEVEL', ['info', 'debug', 'warn', 'error']),
    playbookDirs: paths(cwd, environment.list('PICKET_PLAYBOOKS'), SHIPPED_PLAYBOOKS),
    rulesFile: resolve(cwd, environment.text('PICKET_RULES') || resolve(SHIPPED_PLAYBOOKS, 'automation-rules.yaml')),
    ...organisation.settings,
    slack,
    teams,
    connectors: { ...readConnectors(environment), http: file.values.http },
    engine: {
      maxBursts: environment.integer('PICKET_MAX_BURSTS', { min: 1, max: 1000 }),
      sweepMs: environment.integer('PICKET_SWEEP_MS', { min: 100, max: 60_000 }),
      heartbeatLimitMs: environment.integer('PICKET_HEARTBEAT_LIMIT_MS', { min: 1000, max: 600_000 }),
    },
  };
  if (settings.databaseUrl !== '' && !/^postgres(?:ql)?:\/\//.test(settings.databaseUrl)) {
    environment.refuse('DATABASE_URL', 'is not a Postgres address: write postgres://user:password@host/database');
  }
  const problems = [...environment.problems, ...[...file.problems, ...organisation.problems].map(describeProblem)];
  if (problems.length > 0) throw new ConfigError(problems.join('\n'));
  return freeze(settings);
}

function readServer(environment: Environment, mode: Settings['mode']) {
  const sandbox = mode === 'sandbox';
  const port = environment.integer('PICKET_PORT', { min: 0, max: 65_535 });
  const host = environment.text('PICKET_HOST');
  const publicUrl = sandbox ? environment.url('PICKET_PUBLIC_URL') : environment.requiredUrl('PICKET_PUBLIC_URL');
  return {
    port,
    host: sandbox && !environment.isSet('PICKET_HOST') ? '127.0.0.1' : host,
    publicUrl: publicUrl || `http://localhost:${port}`,
    // Without sandbox nobody may act as somebody else, and without acting there is no console.
    consolePort: sandbox ? environment.integer('PICKET_CONSOLE_PORT', { min: 0, max: 65_535 }) : 0,
    sandboxPort: sandbox ? environment.integer('PICKET_SANDBOX_PORT', { min: 0, max: 65_535 }) : 0,
  };
}

function secret(environment: Environment, name: string, least: number): string {
  const value = environment.text(name);
  if (value !== '' && value.length < least) environment.refuse(name, `is too short: make one of ${least} characters or more at random`);
  return value;
}

function paths(cwd: string, given: readonly string[], fallback: string): readonly string[] {
  return given.length === 0 ? [fallback] : given.map((path) => resolve(cwd, path));
}

function fileText(path: string, expected: boolean, environment: Environment): string {
  if (existsSync(path)) return readFileSync(path, 'utf8');
  if (expected) environment.refuse('PICKET_CONFIG', `names ${path}, and there is no such file: correct the path`);
  return '';
}

// The process's own environment wins over the file.
function dotEnv(folder: string): Variables {
  const path = resolve(folder, '.env');
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

function freeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) freeze(part);
  return Object.freeze(value);
}
