// What Picket stands on, part of main: the outside world, the database with its tables, and what is made once and kept.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRenderer, type Renderer } from './cards/render.ts';
import { createLinks, type Links } from './http/links.ts';
import type { ClaimOnce } from './model/chat.ts';
import type { Log } from './model/log.ts';
import type { ConnectorSettings, Settings } from './model/settings.ts';
import { createClaimOnce } from './store/claim-once.ts';
import { openStore, type Store } from './store/db.ts';
import { startEmbedded } from './store/embedded.ts';
import { migrate } from './store/migrate.ts';
import { keptSecret } from './store/secret.ts';

/** Stand-ins that somebody else runs; without them sandbox mode starts its own. */
export interface OutsideWorld {
  readonly url: string;
  readonly connectors: ConnectorSettings;
}

export interface Building {
  readonly log: Log;
  readonly world?: OutsideWorld;
  /** What to end, in the order it was started. */
  readonly stops: (() => Promise<void>)[];
}

export interface Ground {
  readonly databaseUrl: string;
  readonly store: Store;
  /** null with real systems. */
  readonly world: OutsideWorld | null;
  readonly connectors: ConnectorSettings;
  readonly secret: string;
  readonly ingestSecret: string;
  readonly claim: ClaimOnce;
  readonly links: Links;
  readonly renderer: Renderer;
}

const CARDS = fileURLToPath(new URL('../cards', import.meta.url));

export async function openGround(settings: Settings, { log, stops, ...given }: Building): Promise<Ground> {
  const world = given.world ?? (settings.mode === 'sandbox' ? await openSandbox(settings, { log, stops }) : null);
  const databaseUrl = settings.databaseUrl === '' ? await openEmbedded(settings, { log, stops }) : settings.databaseUrl;
  await migrate(databaseUrl);
  const store = openStore({ url: databaseUrl, log });
  stops.push(() => store.close());
  const secret = settings.secret === '' ? await keptSecret(store, 'links') : settings.secret;
  return {
    databaseUrl,
    store,
    world,
    connectors: world === null ? settings.connectors : { ...world.connectors, http: settings.connectors.http },
    secret,
    ingestSecret: settings.ingestSecret === '' && settings.mode === 'sandbox' ? secret : settings.ingestSecret,
    claim: createClaimOnce(store),
    links: createLinks(secret, settings.publicUrl, () => new Date()),
    renderer: createRenderer({ templateDir: CARDS }),
  };
}

async function openSandbox(settings: Settings, { log, stops }: Building): Promise<OutsideWorld> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const stateFile = join(settings.home, 'sandbox.json');
  const sandbox = await startSandbox({ port: settings.sandboxPort, stateFile, log: log.child({ part: 'sandbox' }) });
  stops.push(() => sandbox.stop());
  return sandbox;
}

async function openEmbedded(settings: Settings, { log, stops }: Building): Promise<string> {
  const server = await startEmbedded({ home: settings.home, log });
  stops.push(() => server.stop());
  return server.url;
}
