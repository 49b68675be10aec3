// Everything on the shared port that is not a chat platform's own route: probes, deliveries, pages.
import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';
import { healthRoutes, type ReadyCheck } from './health.ts';
import { type IngestOptions, ingestRoutes } from './ingest.ts';
import { type ApprovalRoutesOptions, approvalRoutes } from './pages/approval-routes.ts';
import { errorPage } from './pages/layout.ts';
import { type RunRoutesOptions, runRoutes } from './pages/run-routes.ts';

export interface AppOptions {
  readonly checks: readonly ReadyCheck[];
  readonly ingest: IngestOptions;
  readonly pages: ApprovalRoutesOptions & RunRoutesOptions;
  readonly log: Log;
}

/** Builds the Hono application for `createHttpServer`. */
export function createApp({ checks, ingest, pages, log }: AppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) context.header(name, value);
    // What is left of a body that is too large is not read: the sender must not use this connection again.
    if (context.res.status === 413) context.header('connection', 'close');
    // Only the style sheet is the same for everybody.
    if (!context.req.path.startsWith('/assets/')) context.header('cache-control', 'no-store');
  });

  app.route('/', healthRoutes({ checks, log }));
  app.route('/', ingestRoutes(ingest));
  app.route('/', runRoutes(pages));
  app.route('/', approvalRoutes(pages));
  app.get('/assets/picket.css', async (context) => {
    const css = await readFile(new URL('./assets/picket.css', import.meta.url));
    return context.body(css, 200, { 'content-type': 'text/css; charset=utf-8', 'cache-control': 'public, max-age=300' });
  });
  app.get('/', (context) => context.text('Picket is running. It is used from chat: /playbook help\n'));

  app.notFound((context) => {
    if (!wantsPage(context.req.header('accept'))) return context.json({ error: 'Nothing is here.', remedy: 'Check the address.' }, 404);
    return context.html(
      errorPage({
        title: 'Nothing is here',
        text: 'This address does not lead to a page.',
        remedy: 'Open the link from the card or the mail again.',
      }),
      404,
    );
  });
  app.onError((error, context) => {
    log.error('request failed', { method: context.req.method, page: context.req.path.split('/')[1], error: messageOf(error) });
    if (!wantsPage(context.req.header('accept')))
      return context.json({ error: 'Picket could not do this.', remedy: 'Send it again in a minute.' }, 503);
    return context.html(
      errorPage({
        title: 'That did not work',
        text: 'Picket could not finish this. Nothing was decided by this request.',
        remedy: 'Try again in a minute, or answer in chat.',
      }),
      503,
    );
  });
  return app;
}

// No scripts at all: a page that shows hostile text has nothing that could run it.
const SECURITY_HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const;

function wantsPage(accept: string | undefined): boolean {
  return accept?.includes('text/html') ?? false;
}
