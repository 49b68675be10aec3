// Builds everything and starts it: the only file that knows everyone. Read it top-down; each part is given what stands above it.
import { createAccess } from './access/access.ts';
import { type Approvals, createApprovals } from './approvals/approvals.ts';
import { createMailPort } from './approvals/mail-port.ts';
import { askPlaces } from './approvals/places.ts';
import { createAppender } from './audit/appender.ts';
import { createBot } from './chat/bot.ts';
import { createDraw } from './chat/draw.ts';
import { loadPlatforms } from './chat/platforms.ts';
import { accountLookup } from './chat/targets.ts';
import { createCatalogue } from './connectors/registry.ts';
import { openDoors } from './doors.ts';
import { createEngine } from './engine/engine.ts';
import { type Building, type OutsideWorld, openGround } from './ground.ts';
import { createIncidents, type Incidents } from './incidents/incidents.ts';
import { mirrored } from './incidents/mirrored.ts';
import { createLog } from './log.ts';
import { ConfigError, describeProblem } from './model/errors.ts';
import type { Log } from './model/log.ts';
import type { Settings } from './model/settings.ts';
import { createChatOutbox } from './outbox/chat-outbox.ts';
import { createReconciler, type Reconciler } from './outbox/reconciler.ts';
import { type Known, loadPlaybooks, parsePlaybook } from './playbooks/load.ts';
import { loadRules } from './rules/load.ts';
import { cleanUpJobs } from './schedule/clean-up.ts';
import { createSchedule } from './schedule/schedule.ts';

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

async function build(settings: Settings, building: Building & { readonly stop: () => Promise<void> }): Promise<Running> {
  const { log, stops, stop } = building;
  const ground = await openGround(settings, building);
  const { store, claim, links, world } = ground;
  const { render } = ground.renderer;

  // Actions, playbooks, rules.
  // The engine recovers work the moment it is launched; what that work asks of rooms not built yet waits for them.
  const late: { reconciler?: Reconciler } = {};
  const rooms = Promise.withResolvers<{ readonly incidents: Incidents; readonly approvals: Approvals }>();
  const shown = (): void => late.reconciler?.kick();
  const chat = createChatOutbox({ store, channels: settings.channels, kick: shown });
  const clients = await createCatalogue({ settings: ground.connectors, chat, log });
  const { sentinel } = clients;
  const catalogue =
    sentinel === null
      ? clients
      : mirrored(clients, {
          read: (armId, signal) => sentinel.readWhole(armId, signal),
          mirror: async (incident) => (await rooms.promise).incidents.mirror(incident),
        });
  const known: Known = { catalogue, roles: roleNames(settings), channels: settings.channels.map((channel) => channel.name) };
  const { playbooks, problems } = loadPlaybooks(settings.playbookDirs, known);
  const rules = loadRules(settings.rulesFile, { playbooks });
  for (const problem of [...problems, ...rules.problems]) log.error('file left out', { problem: describeProblem(problem) });
  for (const warning of rules.warnings) log.warn('rule file', { warning: describeProblem(warning) });

  // The engine, and the rooms on it.
  const engine = await createEngine({
    url: ground.databaseUrl,
    store,
    catalogue,
    playbooks: () => playbooks,
    parse: (text, name) => parsePlaybook(text, `${name}.yaml`, known),
    ports: { askPlaces: async (ask) => askPlaces(settings, ask), shown, runUrl: (id) => `${settings.publicUrl}/runs/${id}` },
    limits: settings.engine,
    log,
    remind: async (approvalId) => (await rooms.promise).approvals.remind(approvalId),
  });
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
  rooms.resolve({ incidents, approvals });

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
  const platforms = await loadPlatforms({ settings, bot, claim, store, sealKey: ground.secret, sandboxUrl: world?.url ?? '', log });
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
  const routes = platforms.all.flatMap((platform) => platform.routes);
  const doors = await openDoors(settings, ground, { engine, access, incidents, approvals, routes, log });
  stops.push(() => doors.close());
  log.info('picket started', {
    port: doors.port,
    mode: settings.mode,
    playbooks: playbooks.size,
    rules: rules.rules.length,
    executor: engine.executorId,
  });
  return {
    port: doors.port,
    consoleUrl: platforms.consoleUrl(),
    sandboxUrl: world?.url ?? '',
    ingestSecret: ground.ingestSecret,
    isEmpty: async () => (await store.query('SELECT 1 FROM incident LIMIT 1')).rows.length === 0,
    stop,
  };
}

type Platforms = Awaited<ReturnType<typeof loadPlatforms>>;
function roleNames(settings: Settings): readonly string[] {
  return [
    ...new Set([...settings.roles.map((role) => role.name), ...settings.adminRoles, ...settings.people.flatMap((person) => person.roles)]),
  ];
}

function incidentPlaces(settings: Settings) {
  return settings.incidentChannels.flatMap((name) => {
    const channel = settings.channels.find((one) => one.name === name);
    if (channel === undefined)
      throw new ConfigError(`incidentChannels names ${name}, and there is no such channel: add it to channels in picket.yaml`);
    return channel.places;
  });
}
