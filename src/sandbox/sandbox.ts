// Stand-ins for the outside world on loopback: real HTTP and SMTP, with state, and as strict as what they stand for.
// `npm start` with nothing configured uses them, and so do the tests; a connector differs by its base URL alone.
import type { Log } from '../model/log.ts';
import type { ConnectorSettings } from '../model/settings.ts';
import type { Call, Standin } from './call.ts';
import { control } from './control.ts';
import { defender } from './defender/defender.ts';
import { Faults } from './faults.ts';
import { graph } from './graph/graph.ts';
import { Keep, loadWorld } from './keep.ts';
import { login } from './login/login.ts';
import { listenSmtp } from './mail/smtp.ts';
import { renderPage } from './page/page.ts';
import { panos } from './panos/panos.ts';
import { Requests } from './requests.ts';
import { sentinel } from './sentinel/sentinel.ts';
import { listen } from './server.ts';
import { servicenow } from './servicenow/servicenow.ts';
import { connectorSettings } from './settings.ts';
import { seedWorld } from './world.ts';

export interface SandboxOptions {
  /** 0 or absent takes any. */
  readonly port?: number;
  readonly smtpPort?: number;
  /** Where the state is kept; absent: in memory alone. */
  readonly stateFile?: string;
  readonly log: Log;
  readonly now?: () => Date;
}

export interface Sandbox {
  /** `http://127.0.0.1:4100`: the page, `/control/...` and, below their names, the systems. */
  readonly url: string;
  readonly smtp: { readonly host: string; readonly port: number };
  /** Every connector, configured to call the stand-ins with credentials they accept. */
  readonly connectors: ConnectorSettings;
  stop(): Promise<void>;
}

/** Starts all stand-ins. Throws ConfigError when a port is taken or the state file cannot be read. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const now = options.now ?? (() => new Date());
  const world = (options.stateFile === undefined ? null : await loadWorld(options.stateFile)) ?? seedWorld(now());
  const keep = options.stateFile === undefined ? null : new Keep(options.stateFile, () => world);
  const changed = async (): Promise<void> => keep?.save();
  const [faults, requests] = [new Faults(), new Requests()];
  const own = async (call: Call) => {
    if (call.path === '/') return renderPage(world, call.now);
    const answer = control({ faults, requests }, world, call);
    if (call.method !== 'GET') await changed();
    return answer;
  };
  const standins = new Map<string, Standin>(
    [login, graph, sentinel, servicenow, panos, defender].map((standin) => [standin.system, standin]),
  );
  const parts = { standins, own, world: () => world, changed, faults, requests, now, log: options.log };
  const { server, port } = await listen(parts, options.port ?? 0);
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const mail = await listenSmtp(parts, options.smtpPort ?? 0).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const smtp = { host: '127.0.0.1', port: mail.port };
  return {
    url,
    smtp,
    connectors: connectorSettings(url, smtp),
    stop: async () => {
      await mail.stop();
      await close();
      await changed();
    },
  };
}
