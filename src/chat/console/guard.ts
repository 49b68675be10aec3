// Who may talk to the console: a page that the console itself served, on this machine. Other sites in the same browser are turned away
// (Origin, Sec-Fetch-Site), and so are names that somebody else's DNS points at 127.0.0.1 (Host).
import type { MiddlewareHandler } from 'hono';

/** `port`: the listener's, known once it listens. */
export function guard(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    const own = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    if (!own.includes(host)) return refused(`This console is only at http://${own[0]}`, 'Open it there, on the machine Picket runs on.');

    const reads = context.req.method === 'GET' || context.req.method === 'HEAD';
    const origin = context.req.header('origin');
    if (origin !== undefined ? origin !== `http://${host}` : !reads)
      return refused('The request does not come from the console.', 'Use the console in a browser.');
    const site = context.req.header('sec-fetch-site') ?? 'same-origin';
    const navigates = context.req.header('sec-fetch-mode') === 'navigate';
    if (site !== 'same-origin' && site !== 'none' && !(reads && navigates))
      return refused('The request comes from another site.', 'Use the console in a browser.');
    // Forms of other sites cannot send JSON.
    if (!reads && !(context.req.header('content-type') ?? '').startsWith('application/json'))
      return refused('The body is not JSON.', 'Send application/json.');

    await next();
    for (const [name, value] of Object.entries(HEADERS)) if (!context.res.headers.has(name)) context.header(name, value);
    return undefined;
  };
}

function refused(error: string, remedy: string): Response {
  return Response.json({ error, remedy }, { status: 403 });
}

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;
