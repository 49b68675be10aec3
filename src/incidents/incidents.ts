// The room's front: deliveries come in, rules are applied at once, and what a crash left is made up for.
import type { ParsedIncident } from '../connectors/sentinel/parse.ts';
import type { Engine } from '../engine/engine.ts';
import { isRefusal, messageOf, type Refusal } from '../model/errors.ts';
import type { Incident } from '../model/incident.ts';
import type { Log } from '../model/log.ts';
import type { Place } from '../model/place.ts';
import { isUuid } from '../model/uuid.ts';
import type { AutomationRule } from '../rules/rule.ts';
import type { Store } from '../store/db.ts';
import { applyLeftRules, applyRules } from './apply-rules.ts';
import { mirrorIncident, readSentinelBody, saveIncident } from './receive.ts';

export interface Incidents {
  /** Takes a Sentinel body; resolves after the commit. Rules are applied afterwards. */
  receive(body: unknown): Promise<{ readonly accepted: true; readonly incidentId: string } | Refusal>;
  /** Picket wrote to the source: keep how it stands there now, without firing rules. */
  mirror(parsed: ParsedIncident): Promise<void>;
  /** By id, or by the number people use; newest first when a number stands twice. */
  find(wanted: string): Promise<readonly Incident[]>;
  /** The incident that holds this alert. */
  findAlert(alertId: string): Promise<Incident | null>;
  start(): void;
  stop(): Promise<void>;
}

export interface IncidentsSettings {
  readonly store: Store;
  readonly engine: Engine;
  readonly rules: () => readonly AutomationRule[];
  /** Where every incident is posted. */
  readonly places: readonly Place[];
  readonly shown: () => void;
  readonly sweepMs: number;
  readonly log: Log;
}

export function createIncidents(settings: IncidentsSettings): Incidents {
  const { store, log } = settings;
  const work = { store, engine: settings.engine, rules: settings.rules, log };
  const under = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | null = null;
  let stopped = false;

  const inBackground = (task: Promise<void>, message: string): void => {
    const tracked = task.catch((error: unknown) => log.warn(message, { error: messageOf(error) })).then(() => void under.delete(tracked));
    under.add(tracked);
  };

  const sweep = (): void => {
    inBackground(applyLeftRules(work), 'rules left by a crash could not be looked for');
    timer = setTimeout(sweep, settings.sweepMs);
  };

  return {
    receive: async (body) => {
      const parsed = readSentinelBody(body);
      if (isRefusal(parsed)) return parsed;
      const received = await saveIncident(store, parsed, settings.places);
      settings.shown();
      if (received.change !== 'unchanged' && !stopped)
        inBackground(applyRules(work, received.incidentId), 'rules could not be applied; they will be tried again');
      return { accepted: true, incidentId: received.incidentId };
    },
    mirror: async (parsed) => {
      await store.transaction(async (tx) => mirrorIncident(tx, parsed));
      settings.shown();
    },
    find: async (wanted) => {
      const name = wanted.replace(/^#/, '').toLowerCase();
      // Typed, so that an index answers.
      const { rows } = await store.query<{ body: Incident }>(
        'SELECT body FROM incident WHERE id = $1::uuid OR number = $2::bigint ORDER BY created_at DESC LIMIT 10',
        [isUuid(name) ? name : null, /^\d{1,15}$/.test(name) ? name : null],
      );
      return rows.map((row) => row.body);
    },
    findAlert: async (alertId) => {
      const { rows } = await store.query<{ body: Incident }>(
        `SELECT body FROM incident WHERE body->'alerts' @> $1::jsonb ORDER BY created_at DESC LIMIT 1`,
        [JSON.stringify([{ id: alertId }])],
      );
      return rows[0]?.body ?? null;
    },
    start: sweep,
    stop: async () => {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
      await Promise.all(under);
    },
  };
}
