// One node:http server on one port. Routes that read their own bodies (Slack, Teams) are matched first, everything else is Hono's.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import type { RawRoute } from '../model/chat.ts';
import { ConfigError, messageOf } from '../model/errors.ts';
import type { Log } from '../model/log.ts';

export interface HttpServer {
  /** Resolves when requests are taken; throws ConfigError when the port cannot be had. */
  listen(): Promise<{ readonly port: number }>;
  /** Takes no more requests, lets those under way finish for up to 5 seconds, then cuts them. */
  close(): Promise<void>;
}

interface HttpServerOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly routes: readonly RawRoute[];
  readonly app: Pick<Hono, 'fetch'>;
  readonly log: Log;
}

export function createHttpServer({ host, port, routes, app, log }: HttpServerOptions): HttpServer {
  const raw = new Map(routes.map((route) => [`${route.method} ${route.path}`, route]));
  const rawPaths = new Map(routes.map((route) => [route.path, route.method]));
  const rest = getRequestListener(app.fetch, { overrideGlobalObjects: false });

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const route = raw.get(`${request.method} ${path}`);
    if (route !== undefined) return route.respond(request, response);
    const allowed = rawPaths.get(path);
    if (allowed !== undefined) {
      response.writeHead(405, { allow: allowed, 'content-type': 'text/plain' }).end(`Use ${allowed} here.\n`);
      return undefined;
    }
    return rest(request, response);
  };

  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      log.error('request failed', { method: request.method, error: messageOf(error) });
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end();
    });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 5_000;

  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error) => reject(portError(error, host, port)));
        server.listen({ host, port }, () => {
          const address = server.address();
          resolve({ port: typeof address === 'object' && address !== null ? address.port : port });
        });
      }),
    close: () =>
      new Promise((resolve) => {
        if (!server.listening) return resolve();
        const cut = setTimeout(() => server.closeAllConnections(), CLOSE_LIMIT_MS);
        // A connection whose last request has ended would be kept for the next one.
        const idle = setInterval(() => server.closeIdleConnections(), 50);
        server.close(() => {
          clearTimeout(cut);
          clearInterval(idle);
          resolve();
        });
      }),
  };
}

const CLOSE_LIMIT_MS = 5_000;

function portError(error: Error, host: string, port: number): Error {
  const code = 'code' in error ? error.code : '';
  if (code === 'EADDRINUSE') {
    return new ConfigError(`port ${port} on ${host} is in use: stop the program that has it, or choose another with PICKET_PORT`, error);
  }
  if (code === 'EACCES') {
    return new ConfigError(`port ${port} on ${host} may not be opened by this user: choose one above 1023 with PICKET_PORT`, error);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new ConfigError(`${host} is not an address of this machine: correct PICKET_HOST`, error);
  }
  return error;
}
