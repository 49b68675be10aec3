// A Chromium for browser tests: one that is named or installed, else the one packed inside an npm package, which needs nothing else.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright-core';

/** A running browser, or the reason to skip with. */
export type FoundBrowser = { readonly browser: Browser; readonly missing: '' } | { readonly browser: null; readonly missing: string };

interface Candidate {
  readonly name: string;
  /** Path of the binary and the variables it needs; null when this machine has none. */
  find(): Promise<{ readonly path: string; readonly env: Readonly<Record<string, string>> } | null>;
}

/** Starts the first Chromium that runs here. Nothing is fetched: the flags keep it quiet in a closed network. */
export async function launchBrowser(): Promise<FoundBrowser> {
  const reasons: string[] = [];
  for (const candidate of CANDIDATES) {
    try {
      const found = await candidate.find();
      if (found === null) continue;
      const browser = await chromium.launch({
        executablePath: found.path,
        args: [...FLAGS],
        env: { ...process.env, ...found.env },
        timeout: 20_000,
      });
      return { browser, missing: '' };
    } catch (error) {
      reasons.push(`${candidate.name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
  }
  return { browser: null, missing: `no Chromium starts here (set PICKET_CHROMIUM to one): ${reasons.join('; ')}` };
}

/** Keeps a picture of the page under `artefacts/`. A picture is for people: when the browser cannot take one, the test goes on. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  const path = join(import.meta.dirname, '../../artefacts', `${name}.png`);
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    try {
      await page.screenshot({ path });
      return;
    } catch (error) {
      process.stderr.write(`no picture ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'] as const;

const CANDIDATES: readonly Candidate[] = [
  {
    name: 'PICKET_CHROMIUM',
    find: async () => {
      const path = process.env.PICKET_CHROMIUM ?? '';
      return path === '' ? null : { path, env: {} };
    },
  },
  {
    name: 'installed',
    find: async () => {
      const path = INSTALLED.find((candidate) => existsSync(candidate));
      return path === undefined ? null : { path, env: {} };
    },
  },
  { name: '@sparticuz/chromium', find: unpackPackaged },
];

// The package unpacks into the temporary directory and trusts whatever file it finds there, even half of one that another worker
// is writing. So it unpacks in a child whose temporary directory is private, and the finished directory is renamed into place.
async function unpackPackaged(): ReturnType<Candidate['find']> {
  const version = await packagedVersion();
  if (version === '') return null;
  const home = join(tmpdir(), `picket-chromium-${version}-${process.getuid?.() ?? 0}`);
  if (!existsSync(join(home, 'chromium'))) {
    const staging = await mkdtemp(`${home}-`);
    // The variable makes it unpack its bundle of shared libraries too, for machines that lack NSS and expat.
    await run(process.execPath, ['--input-type=module', '--eval', UNPACK], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: staging, AWS_EXECUTION_ENV: 'nodejs24.x' },
    });
    await writeFile(join(staging, 'fonts.conf'), fontConfig(home));
    // Somebody else may have been faster: theirs is as good.
    await rename(staging, home).catch(async (error: unknown) => {
      await rm(staging, { recursive: true, force: true });
      if (!existsSync(join(home, 'chromium'))) throw error;
    });
  }
  const env = { LD_LIBRARY_PATH: join(home, 'al2023', 'lib'), FONTCONFIG_FILE: join(home, 'fonts.conf'), HOME: home };
  return { path: join(home, 'chromium'), env };
}

const UNPACK = `const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath();`;
const run = promisify(execFile);

async function packagedVersion(): Promise<string> {
  const file = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url);
  if (!existsSync(file)) return '';
  const parsed: unknown = JSON.parse(await readFile(file, 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : '';
}

function fontConfig(home: string): string {
  const folders = [join(home, 'fonts'), '/usr/share/fonts', '/usr/local/share/fonts'].map((folder) => `<dir>${folder}</dir>`).join('');
  return `<?xml version="1.0"?><fontconfig>${folders}<cachedir>${join(home, 'font-cache')}</cachedir></fontconfig>\n`;
}
