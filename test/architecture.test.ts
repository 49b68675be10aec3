// The house rules that no other tool checks: which room may import which, and what every file looks like.
// The table is DESIGN's: imports point downwards only, rooms on one row do not know each other.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const ROWS: readonly (readonly string[])[] = [
  ['cli'],
  ['main'],
  ['http', 'schedule'],
  ['chat'],
  ['chat/slack', 'chat/teams', 'chat/console'],
  ['incidents', 'approvals'],
  ['engine'],
  ['access', 'outbox'],
  ['rules', 'playbooks', 'cards', 'connectors'],
  ['audit'],
  ['store'],
  ['config', 'log'],
  ['yaml'],
  ['model'],
];
/** Apart from the rows: it imports model alone, and main alone may start it. */
const SANDBOX = 'sandbox';

// Loaded only when what they are for is configured: they cost memory and start-up time.
const HEAVY = ['@slack/bolt', '@slack/oauth', 'botbuilder', 'botframework-connector', '@azure/identity', 'smtp-server', 'playwright-core'];

interface SourceFile {
  /** From the root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

interface Import {
  readonly specifier: string;
  readonly kind: 'value' | 'type' | 'lazy';
}

const sources = filesIn('src', ['.ts']);
const tests = filesIn('test', ['.ts']);

describe('imports', () => {
  it('knows a row for every room', () => {
    const rooms = new Set(sources.map(({ path }) => roomOf(path)));
    const known = [...ROWS.flat(), SANDBOX];
    expect([...rooms].filter((room) => !known.includes(room))).toEqual([]);
  });

  it('point downwards only, and never to a room on the same row', () => {
    expect(sources.flatMap((file) => wrongImports(file))).toEqual([]);
  });

  it('of our own files are relative and name the file with its extension', () => {
    const wrong = everyImport([...sources, ...tests]).filter(
      ({ specifier }) => /^(?:\/|src\/|#|~)/.test(specifier) || (isOurs(specifier) && !/\.\w+$/.test(specifier)),
    );
    expect(wrong).toEqual([]);
  });

  it('do not reach a heavy package from main without a lazy import between', () => {
    const byPath = new Map(sources.map((file) => [file.path, file]));
    const seen = new Set<string>();
    const reached: string[] = [];
    const visit = (path: string): void => {
      if (seen.has(path)) return;
      seen.add(path);
      for (const { specifier, kind } of byPath.get(path)?.imports ?? []) {
        if (kind !== 'value') continue;
        if (isOurs(specifier)) visit(resolved(path, specifier));
        else if (HEAVY.includes(packageOf(specifier))) reached.push(`${path} imports ${specifier}`);
      }
    };
    visit('src/cli/picket.ts');
    visit('src/main.ts');
    expect(reached).toEqual([]);
    expect(seen.size).toBeGreaterThan(5);
  });
});

describe('every file', () => {
  it('opens with a comment that says what it is for', () => {
    const opening = /^(?:#!.*\n)?\/\/ \S/;
    expect([...sources, ...tests].filter(({ text }) => !opening.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has at most 300 lines', () => {
    const lines = (text: string): number => text.trimEnd().split('\n').length;
    expect([...sources, ...tests].filter(({ text }) => lines(text) > 300).map(({ path, text }) => `${path}: ${lines(text)}`)).toEqual([]);
  });

  it('is named in kebab-case, and for an idea', () => {
    const good = /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test|\.peer|\.d)?\.ts$/;
    const vague = /(?:^|-)(?:utils?|helpers?|manager|common|misc)\.ts$/;
    expect(
      [...sources, ...tests].map(({ path }) => path).filter((path) => !good.test(basename(path)) || vague.test(basename(path))),
    ).toEqual([]);
  });

  it('is called index only where a room lists its implementations', () => {
    const lists = ['src/connectors/index.ts', 'src/chat/commands/index.ts', 'src/chat/index.ts'];
    expect(sources.map(({ path }) => path).filter((path) => basename(path) === 'index.ts' && !lists.includes(path))).toEqual([]);
  });

  it('leaves the environment to src/config.ts', () => {
    expect(
      sources.filter(({ path, text }) => path !== 'src/config.ts' && /\bprocess\s*\.\s*env\b/.test(text)).map(({ path }) => path),
    ).toEqual([]);
  });

  it('leaves standard output to the log and to the command line', () => {
    const writes = /(?<![.\w])console\s*\.\s*\w+\(|process\s*\.\s*std(?:out|err)\b/;
    const allowed = /^src\/(?:cli\/|main\.ts|log\.ts)/;
    expect(sources.filter(({ path, text }) => !allowed.test(path) && writes.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('has no note to finish it later', () => {
    const note = new RegExp(`\\b(?:${['TO', 'FIX', 'XX'].map((start, index) => start + (['DO', 'ME', 'X'][index] ?? '')).join('|')})\\b`);
    expect([...sources, ...tests].filter(({ text }) => note.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('names no place on the machine where it was written', () => {
    const folders = ['work', 'root', 'home', 'Users', 'tmp', 'mnt'].join('|');
    const place = new RegExp(`(?<![\\w.:/-])/(?:${folders})/[\\w.-]`);
    const texts = [
      ...sources,
      ...tests,
      ...['bin', 'cards', 'manifests', 'playbooks', 'bench', '.ci'].flatMap((folder) => filesIn(folder, [''])),
    ];
    expect(texts.flatMap(({ path, text }) => (place.test(text) ? [`${path}: ${place.exec(text)?.[0]}`] : []))).toEqual([]);
  });
});

describe('package-lock.json', () => {
  const lock = packages('package-lock.json');

  it('has a checksum for everything but optional binaries of single platforms, and the address of no registry', () => {
    const isBare = ({ integrity, optional, os }: Locked): boolean => integrity === undefined && !(optional === true && os !== undefined);
    const wrong = Object.entries(lock).filter(([name, locked]) => name !== '' && (locked.resolved !== undefined || isBare(locked)));
    expect(wrong.map(([name]) => name)).toEqual([]);
  });

  it('has an entry for every optional package, without which npm ci refuses to install', () => {
    const missing = Object.entries(lock).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) => lock[`node_modules/${name}`] === undefined && lock[`${path}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });

  it('has no package with an install script that package.json does not allow', () => {
    const manifest: { allowScripts?: Record<string, boolean> } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const scripted = Object.entries(lock).filter(([, { hasInstallScript }]) => hasInstallScript === true);
    const names = scripted.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => manifest.allowScripts?.[name] !== true)).toEqual([]);
    expect(Object.keys(manifest.allowScripts ?? {}).filter((name) => !names.includes(name))).toEqual([]);
  });
});

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function packages(file: string): Record<string, Locked> {
  const lock: { packages: Record<string, Locked> } = JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
  return lock.packages;
}

function wrongImports({ path, imports }: SourceFile): readonly string[] {
  const from = roomOf(path);
  return imports
    .filter(({ specifier }) => isOurs(specifier) && !specifier.endsWith('.json'))
    .map(({ specifier }) => resolved(path, specifier))
    .filter((target) => !mayImport(from, roomOf(target)))
    .map((target) => `${path} imports ${target}`);
}

function mayImport(from: string, to: string): boolean {
  if (from === to) return true;
  if (from === SANDBOX) return to === 'model';
  if (to === SANDBOX) return from === 'main';
  return rowOf(from) < rowOf(to);
}

function rowOf(room: string): number {
  return ROWS.findIndex((row) => row.includes(room));
}

/**
 * `src/chat/slack/blocks.ts` is in `chat/slack`, `src/chat/bot.ts` in `chat`, `src/config.ts` and `src/config/file.ts` in `config`.
 * Any other file beside `main.ts` is a part of it.
 */
function roomOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  const nested = `${first}/${second}`;
  if (first === 'config.ts' || first === 'log.ts') return first.replace('.ts', '');
  if (first.endsWith('.ts')) return 'main';
  return ROWS.flat().includes(nested) ? nested : first;
}

function isOurs(specifier: string): boolean {
  return specifier.startsWith('.');
}

function resolved(path: string, specifier: string): string {
  return join(dirname(path), specifier).split(sep).join('/');
}

function packageOf(specifier: string): string {
  const [scope = '', name = ''] = specifier.split('/');
  return scope.startsWith('@') ? `${scope}/${name}` : scope;
}

function everyImport(files: readonly SourceFile[]) {
  return files.flatMap(({ path, imports }) => imports.map(({ specifier }) => ({ path, specifier })));
}

function filesIn(folder: string, endings: readonly string[]): readonly SourceFile[] {
  let entries: readonly string[];
  try {
    entries = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)) && !entry.name.endsWith('.png'))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/'));
  } catch {
    return []; // a folder that is not there has no files
  }
  return entries.map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return { path, text, imports: importsOf(text) };
  });
}

// Enough for formatted code: statements stand at the start of a line, and lazy imports name a literal.
function importsOf(text: string): readonly Import[] {
  const statements = [...text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)];
  const lazy = [...text.matchAll(/(?<!\w)import\(\s*'([^']+)'\s*\)/g)];
  return [
    ...statements.map(([, type, specifier = '']) => ({ specifier, kind: type === undefined ? ('value' as const) : ('type' as const) })),
    ...lazy.map(([, specifier = '']) => ({ specifier, kind: 'lazy' as const })),
  ];
}
