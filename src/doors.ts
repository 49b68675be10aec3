// The shared port, part of main: what may come in over HTTP and which room answers it.
import type { Access } from './access/access.ts';
import { type Approvals, mailActor } from './approvals/approvals.ts';
import { approvalView } from './approvals/view.ts';
import type { Engine } from './engine/engine.ts';
import { runLog } from './engine/history.ts';
import type { Ground } from './ground.ts';
import { createApp } from './http/app.ts';
import { createDeliveries } from './http/deliveries.ts';
import { createHttpServer } from './http/server.ts';
import type { Incidents } from './incidents/incidents.ts';
import { incidentView } from './incidents/view.ts';
import type { RawRoute } from './model/chat.ts';
import { isRefusal } from './model/errors.ts';
import type { Log } from './model/log.ts';
import type { Settings } from './model/settings.ts';
import { isUuid } from './model/uuid.ts';

export interface Rooms {
  readonly engine: Engine;
  readonly access: Access;
  readonly incidents: Incidents;
  readonly approvals: Approvals;
  /** Paths that chat platforms answer themselves. */
  readonly routes: readonly RawRoute[];
}

/** Listens; answers the port and how to close it. */
export async function openDoors(
  settings: Settings,
  ground: Ground,
  { engine, access, incidents, approvals, routes, log }: Rooms & { readonly log: Log },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { store, links, ingestSecret } = ground;
  const app = createApp({
    checks: [
      { name: 'database', check: async () => void (await store.query('SELECT 1')) },
      { name: 'engine', check: async () => (engine.mayAct() ? undefined : Promise.reject(new Error('the heartbeat was missed'))) },
    ],
    ingest: {
      secret: ingestSecret,
      deliveries: createDeliveries(store),
      receive: (body) => incidents.receive(body),
      now: () => new Date(),
      log,
    },
    pages: {
      links,
      publicUrl: settings.publicUrl,
      // A link outlives neither the person nor their place in the configuration.
      runLog: async (id, personId) => (isUuid(id) && !isRefusal(await access.identify(mailActor(personId))) ? runLog(store, id) : null),
      mayOpen: (approvalId, personId) => approvals.mayOpen(approvalId, personId),
      approval: async (id) => {
        const found = isUuid(id) ? await approvalView(store, id) : null;
        if (found === null) return null;
        const incident = found.incident === null ? null : await incidentView(store, found.incident.id);
        return { approval: found.approval, view: found.view, incident };
      },
      answer: (approvalId, personId, choice) => approvals.answer({ approvalId, choice, actor: mailActor(personId), message: null }),
      nameOf: (id) => settings.people.find((person) => person.id === id)?.name ?? id,
    },
    log,
  });
  const server = createHttpServer({ host: settings.host, port: settings.port, routes, app, log });
  const { port } = await server.listen();
  return { port, close: () => server.close() };
}
