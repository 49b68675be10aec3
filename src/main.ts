// Builds everything and starts it: the only file that knows everyone. Read it top-down; each part is given what stands above it.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccess } from './access/access.ts';
import { createApprovals, mailActor } from './approvals/approvals.ts';
import { createMailPort } from './approvals/mail-port.ts';
import { askPlaces } from './approvals/places.ts';
import { approvalView } from './approvals/view.ts';
import { createAppender } from './audit/appender.ts';
import { createRenderer } from './cards/render.ts';
import { createBot } from './chat/bot.ts';
import { createDraw } from './chat/draw.ts';
import { loadPlatforms } from './chat/platforms.ts';
import { accountLookup } from './chat/targets.ts';
import { createCatalogue } from './connectors/registry.ts';
import { createEngine, type Engine } from './engine/engine.ts';
import { runLog } from './engine/history.ts';
import { createApp } from './http/app.ts';
import { createDeliveries } from './http/deliveries.ts';
import { createLinks } from './http/links.ts';
import { createHttpServer } from './http/server.ts';
import { createIncidents, type Incidents } from './incidents/incidents.ts';
import { mirrored } from './incidents/mirrored.ts';
import { incidentView } from './incidents/view.ts';
import { createLog } from './log.ts';
import { ConfigError, describeProblem } from './model/errors.ts';
import type { Log } from './model/log.ts';
import type { ConnectorSettings, Settings } from './model/settings.ts';
import { isUuid } from './model/uuid.ts';
import { createChatOutbox } from './outbox/chat-outbox.ts';
import { createReconciler, type Reconciler } from './outbox/reconciler.ts';
import { type Known, loadPlaybooks, parsePlaybook } from './playbooks/load.ts';
import { loadRules } from './rules/load.ts';
import { cleanUpJobs } from './schedule/clean-up.ts';
import { createSchedule } from './schedule/schedule.ts';
import { createClaimOnce } from './store/claim-once.ts';
import { openStore } from './store/db.ts';
import { startEmbedded } from './store/embedded.ts';
import { migrate } from './store/migrate.ts';
import { keptSecret } from './store/secret.ts';

/** A running Picket. */
export interface Running {
  /** Where it listens: the shared port, the console ('' without one), the sandbox ('' without one). */
  readonly port: number;
  readonly consoleUrl: string;
  readonly sandboxUrl: string;
  /** Signs deliveries to `/ingest/sentinel`; in sandbox mode there always is one. */
  readonly ingestSecret: string;
  /** True when no incident was ever saved here. */
  isEmpty(): Promise<boolean>;
  stop(): Promise<void>;
}

/** Stand-ins that somebody else runs; without them sandbox mode starts its own. */
export interface OutsideWorld {
  readonly url: string;
  readonly connectors: ConnectorSettings;
}

const CARDS = fileURLToPath(new URL('../cards', import.meta.url));
const PRUNE_AFTER_MS = 3_600_000;

/** Starts everything in order; what fails names its setting. `stop` ends it in reverse. */
export async function launch(settings: Settings, options: { readonly world?: OutsideWorld; readonly log?: Log } = {}): Promise<Running> {
  const log = options.log ?? createLog({ level: settings.logLevel });
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).toReversed()) await end();
  };
  try {
    return await build(settings, { log, stops, stop, ...(options.world === undefined ? {} : { world: options.world }) });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Building {
  readonly log: Log;
  readonly world?: OutsideWorld;
  /** What to end, in the order it was started. */
  readonly stops: (() => Promise<void>)[];
  readonly stop: () => Promise<void>;
}

async function build(settings: Settings, { log, stops, stop, ...given }: Building): Promise<Running> {
  // The outside world, the database, what is kept.
  const world = given.world ?? (settings.mode === 'sandbox' ? await openSandbox(settings, { log, stops }) : null);
  const url = settings.databaseUrl === '' ? await openEmbedded(settings, { log, stops }) : settings.databaseUrl;
  await migrate(url);
  const store = openStore({ url, log });
  stops.push(() => store.close());
  const secret = settings.secret === '' ? await keptSecret(store, 'links') : settings.secret;
  const ingestSecret = settings.ingestSecret === '' && settings.mode === 'sandbox' ? secret : settings.ingestSecret;
  const claim = createClaimOnce(store);
  const links = createLinks(secret, settings.publicUrl, () => new Date());
  const { render } = createRenderer({ templateDir: CARDS });

  // Actions, playbooks, rules.
  const late: { engine?: Engine; reconciler?: Reconciler; incidents?: Incidents } = {};
  const shown = (): void => late.reconciler?.kick();
  const chat = createChatOutbox({ store, channels: settings.channels, kick: shown });
  const connectors = world === null ? settings.connectors : { ...world.connectors, http: settings.connectors.http };
  const clients = await createCatalogue({ settings: connectors, chat, log });
  const { sentinel } = clients;
  const catalogue =
    sentinel === null
      ? clients
      : mirrored(clients, {
          read: (armId, signal) => sentinel.readWhole(armId, signal),
          mirror: async (incident) => late.incidents?.mirror(incident),
        });
  const known: Known = { catalogue, roles: roleNames(settings), channels: settings.channels.map((channel) => channel.name) };
  const { playbooks, problems } = loadPlaybooks(settings.playbookDirs, known);
  const rules = loadRules(settings.rulesFile, { playbooks });
  for (const problem of [...problems, ...rules.problems]) log.error('file left out', { problem: describeProblem(problem) });
  for (const warning of rules.warnings) log.warn('rule file', { warning: describeProblem(warning) });

  // The engine, and the rooms on it.
  const engine = await createEngine({
    url,
    store,
    catalogue,
    playbooks: () => playbooks,
    parse: (text, name) => parsePlaybook(text, `${name}.yaml`, known),
    ports: { askPlaces: async (ask) => askPlaces(settings, ask), shown, runUrl: (id) => `${settings.publicUrl}/runs/${id}` },
    limits: settings.engine,
    log,
    remind: (approvalId) => approvals.remind(approvalId),
  });
  late.engine = engine;
  stops.push(() => engine.stop());
  const platformsReady: Partial<Pick<Platforms, 'emailOf' | 'groups'>> = {};
  const access = createAccess({
    settings,
    store,
    groups: { isMember: async (group, actor) => (await platformsReady.groups?.isMember(group, actor)) ?? false },
    emailOf: async (actor) => (await platformsReady.emailOf?.(actor)) ?? '',
    log,
  });
  const approvals = createApprovals({ store, engine: () => engine, access, chat, log });
  const incidents = createIncidents({
    store,
    engine,
    rules: () => rules.rules,
    places: incidentPlaces(settings),
    shown,
    sweepMs: settings.engine.sweepMs,
    log,
  });
  late.incidents = incidents;

  // The conversation, and what is shown.
  const runLogUrl = (runId: string, personId: string): Promise<string> => links.runLogUrl(runId, personId);
  const accounts =
    catalogue.unavailable('entra.resolve_user') === '' ? accountLookup((text, signal) => clients.findUsers(text, signal)) : null;
  const bot = createBot({
    desk: { db: store, engine, access, incidents, catalogue, accounts, playbooks: () => playbooks, runLogUrl },
    approvals,
    render,
    log,
  });
  const platforms = await loadPlatforms({ settings, bot, claim, store, sealKey: secret, sandboxUrl: world?.url ?? '', log });
  Object.assign(platformsReady, { emailOf: platforms.emailOf, groups: platforms.groups });
  const ports = [...platforms.all.map((platform) => platform.port), createMailPort(clients.mailer)];
  const reconciler = createReconciler({
    store,
    ports: new Map(ports.map((port) => [port.platform, port])),
    render: createDraw({ db: store, render, approvalUrl: (id, person, choice) => links.approvalUrl(id, person, choice), runLogUrl }),
    me: engine.executorId,
    log,
    onUnreachable: (place, error) =>
      log.error('a place cannot be reached; posts to it wait', {
        platform: place.platform,
        conversation: place.conversation,
        cure: error.message,
      }),
    now: () => Date.now(),
  });
  late.reconciler = reconciler;

  // Everything that takes input starts last and ends first.
  const appender = createAppender({ store, log });
  const schedule = createSchedule({
    jobs: cleanUpJobs({ db: store, pruneBursts: () => engine.prune(PRUNE_AFTER_MS) }),
    claimOnce: claim,
    log,
  });
  appender.start();
  stops.push(() => appender.stop());
  await schedule.start();
  stops.push(() => schedule.stop());
  reconciler.start();
  stops.push(() => reconciler.stop());
  incidents.start();
  stops.push(() => incidents.stop());
  for (const platform of platforms.all) {
    await platform.start();
    stops.push(() => platform.stop());
  }
  const nameOf = (id: string): string => settings.people.find((person) => person.id === id)?.name ?? id;
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
      runLog: async (id) => (isUuid(id) ? runLog(store, id) : null),
      approval: async (id) => {
        const found = isUuid(id) ? await approvalView(store, id) : null;
        if (found === null) return null;
        return {
          approval: found.approval,
          view: found.view,
          incident: found.incident === null ? null : await incidentView(store, found.incident.id),
        };
      },
      answer: (approvalId, personId, choice) => approvals.answer({ approvalId, choice, actor: mailActor(personId), message: null }),
      nameOf,
    },
    log,
  });
  const server = createHttpServer({
    host: settings.host,
    port: settings.port,
    routes: platforms.all.flatMap((platform) => platform.routes),
    app,
    log,
  });
  const { port } = await server.listen();
  stops.push(() => server.close());
  log.info('picket started', {
    port,
    mode: settings.mode,
    playbooks: playbooks.size,
    rules: rules.rules.length,
    executor: engine.executorId,
  });
  return {
    port,
    consoleUrl: platforms.consoleUrl(),
    sandboxUrl: world?.url ?? '',
    ingestSecret,
    isEmpty: async () => (await store.query('SELECT 1 FROM incident LIMIT 1')).rows.length === 0,
    stop,
  };
}

type Platforms = Awaited<ReturnType<typeof loadPlatforms>>;
type Parts = Pick<Building, 'log' | 'stops'>;

async function openSandbox(settings: Settings, { log, stops }: Parts): Promise<OutsideWorld> {
  const { startSandbox } = await import('./sandbox/sandbox.ts');
  const sandbox = await startSandbox({
    port: settings.sandboxPort,
    stateFile: join(settings.home, 'sandbox.json'),
    log: log.child({ part: 'sandbox' }),
  });
  stops.push(() => sandbox.stop());
  return sandbox;
}

async function openEmbedded(settings: Settings, { log, stops }: Parts): Promise<string> {
  const server = await startEmbedded({ home: settings.home, log });
  stops.push(() => server.stop());
  return server.url;
}

function roleNames(settings: Settings): readonly string[] {
  return [
    ...new Set([...settings.roles.map((role) => role.name), ...settings.adminRoles, ...settings.people.flatMap((person) => person.roles)]),
  ];
}

function incidentPlaces(settings: Settings) {
  return settings.incidentChannels.flatMap((name) => {
    const channel = settings.channels.find((one) => one.name === name);
    if (channel === undefined)
      throw new ConfigError(`incidents.channels names ${name}, and there is no such channel: add it to channels in picket.yaml`);
    return channel.places;
  });
}
