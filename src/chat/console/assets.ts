// The files of the page: our own, and two libraries from the installed packages. Nothing else on the disk can be asked for.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const web = new URL('./web/', import.meta.url);
const require = createRequire(import.meta.url);

const OWN = [
  'console.css',
  'main.js',
  'backend.js',
  'cards.js',
  'dom.js',
  'host-config.js',
  'mailbox.js',
  'messages.js',
  'messages.css',
  'side.css',
] as const;

/** The file at this path of the console, null when there is none. */
export async function serveAsset(path: string): Promise<Response | null> {
  const file = locate(path);
  if (file === null) return null;
  return new Response(new Uint8Array(await readFile(file)), { headers: { 'content-type': typeOf(path) } });
}

function locate(path: string): URL | string | null {
  if (path === '/') return new URL('index.html', web);
  if (path === '/vendor/adaptivecards.js') return require.resolve('adaptivecards/dist/adaptivecards.min.js');
  if (path === '/vendor/markdown-it.js')
    return join(dirname(require.resolve('markdown-it/package.json')), 'dist/browser/markdown-it.esm.min.mjs');
  const own = OWN.find((name) => path === `/${name}`);
  return own === undefined ? null : new URL(own, web);
}

function typeOf(path: string): string {
  if (path.endsWith('.css')) return 'text/css; charset=utf-8';
  if (path.endsWith('.js')) return 'text/javascript; charset=utf-8';
  return 'text/html; charset=utf-8';
}
