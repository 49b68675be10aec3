// Microsoft Sentinel over ARM: incidents, their comments, alerts and entities.
// A PUT replaces the whole incident, so it always carries the etag of the read it was made from (Incidents.json, stable 2024-03-01).
import { z } from 'zod';
import { ActionError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { SentinelSettings } from '../../model/settings.ts';
import { createAzureClient } from '../azure/client.ts';
import type { TokenProvider } from '../azure/token.ts';
import type { Timing } from '../call.ts';
import type { Send } from '../wire.ts';
import { type ParsedIncident, parseIncident } from './parse.ts';

/** An incident as the API gave it: whole, for writing back, and parsed, for deciding. */
export interface CurrentIncident {
  readonly parsed: ParsedIncident;
  readonly etag: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface SentinelClient {
  /** `reference`: an ARM id, or the name (GUID) of an incident of the configured workspace. */
  read(reference: string, signal: AbortSignal): Promise<CurrentIncident>;
  /** Replaces the incident; a CallError with status 409 when it changed since `etag`. */
  write(
    incident: { readonly armId: string; readonly etag: string; readonly properties: Readonly<Record<string, unknown>> },
    signal: AbortSignal,
  ): Promise<CurrentIncident>;
  /** Writes the comment with this id; again is harmless. `html` must be escaped. */
  comment(comment: { readonly armId: string; readonly id: string; readonly html: string }, signal: AbortSignal): Promise<void>;
  /** With its alerts and entities, which the API keeps apart. */
  readWhole(reference: string, signal: AbortSignal): Promise<ParsedIncident>;
  /** Incidents changed at or after a time (ISO UTC), oldest change first, without alerts and entities. */
  changedSince(since: string, signal: AbortSignal): AsyncGenerator<ParsedIncident>;
}

export interface SentinelClientOptions {
  readonly settings: SentinelSettings;
  readonly tokens: TokenProvider;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
  readonly send?: Send;
}

const AnyIncident = z.looseObject({ id: z.string().min(1), etag: z.string().optional(), properties: z.looseObject({}) });
const Comment = z.object({ properties: z.object({ message: z.string() }) });
const IncidentPage = z.object({ value: z.array(z.unknown()), nextLink: z.string().nullish() });
const Alerts = z.object({ value: z.array(z.unknown()) });
const Entities = z.object({ entities: z.array(z.unknown()) });

const MAX_PAGES = 50;

export function createSentinelClient(options: SentinelClientOptions): SentinelClient {
  const { settings, ...rest } = options;
  const http = createAzureClient({
    ...rest,
    connector: 'sentinel',
    system: 'Sentinel',
    baseUrl: settings.baseUrl,
    address: 'SENTINEL_URL',
  });
  const root = `/subscriptions/${settings.subscription}/resourceGroups/${settings.resourceGroup}/providers/Microsoft.OperationalInsights/workspaces/${settings.workspace}/providers/Microsoft.SecurityInsights`;
  const version = `api-version=${encodeURIComponent(settings.apiVersion)}`;

  const current = (body: z.output<typeof AnyIncident>): CurrentIncident => ({
    parsed: parseIncident(body),
    etag: body.etag ?? '',
    properties: body.properties,
  });

  /** One unusable incident must not keep the others out. */
  const readable = (item: unknown): ParsedIncident | null => {
    try {
      return parseIncident(item);
    } catch (error) {
      rest.log.warn('incident of the list skipped', { reason: messageOf(error) });
      return null;
    }
  };

  return {
    async read(reference, signal) {
      const path = `${pathOf(reference, root)}?${version}`;
      return current((await http.call({ method: 'GET', path, answer: AnyIncident, repeatable: true, signal })).body);
    },

    async write({ armId, etag, properties }, signal) {
      // Repeatable thanks to the etag: when the first answer was lost, the second attempt meets a conflict and writes nothing.
      const path = `${pathOf(armId, root)}?${version}`;
      return current(
        (await http.call({ method: 'PUT', path, json: { etag, properties }, answer: AnyIncident, repeatable: true, signal })).body,
      );
    },

    async comment({ armId, id, html }, signal) {
      const path = `${pathOf(armId, root)}/comments/${id}?${version}`;
      await http.call({ method: 'PUT', path, json: { properties: { message: html } }, answer: Comment, repeatable: true, signal });
    },

    async readWhole(reference, signal) {
      const path = pathOf(reference, root);
      const incident = await http.call({ method: 'GET', path: `${path}?${version}`, answer: AnyIncident, repeatable: true, signal });
      const alerts = await http.call({ method: 'POST', path: `${path}/alerts?${version}`, answer: Alerts, repeatable: true, signal });
      const entities = await http.call({ method: 'POST', path: `${path}/entities?${version}`, answer: Entities, repeatable: true, signal });
      return parseIncident(incident.body, { alerts: alerts.body, entities: entities.body });
    },

    async *changedSince(since, signal) {
      const filter = encodeURIComponent(`properties/lastModifiedTimeUtc ge ${since}`);
      const order = encodeURIComponent('properties/lastModifiedTimeUtc asc');
      let path: string | null = `${root}/incidents?${version}&$filter=${filter}&$orderby=${order}&$top=100`;
      const seen = new Set<string>();
      while (path !== null) {
        if (seen.has(path) || seen.size >= MAX_PAGES) return;
        seen.add(path);
        const { body }: { body: z.output<typeof IncidentPage> } = await http.call({
          method: 'GET',
          path,
          answer: IncidentPage,
          repeatable: true,
          signal,
        });
        for (const item of body.value) {
          const incident = readable(item);
          if (incident !== null) yield incident;
        }
        path = nextPath(body.nextLink, settings.baseUrl);
      }
    },
  };
}

const INCIDENT =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]+\/providers\/Microsoft\.SecurityInsights\/incidents\/[^/]+$/i;

/** ARM ids come from senders: only the path of an incident is called with our token, nothing that could lead elsewhere. */
function pathOf(reference: string, root: string): string {
  const path = reference.startsWith('/') ? reference : `${root}/incidents/${encodeURIComponent(reference)}`;
  if (!INCIDENT.test(path) || /[?#\\\s]|%2f|\/\.{1,2}(\/|$)/i.test(path)) {
    throw new ActionError(`"${reference.slice(0, 120)}" is not the id of a Sentinel incident: give its ARM id or leave it out.`, {
      connector: 'sentinel',
    });
  }
  return path;
}

/** Paging links are followed on the configured origin only. */
function nextPath(link: string | null | undefined, baseUrl: string): string | null {
  if (link === null || link === undefined || !URL.canParse(link)) return null;
  const next = new URL(link);
  const base = new URL(baseUrl);
  if (next.origin !== base.origin)
    throw new ActionError(`Sentinel's next page is at ${next.origin}: not followed.`, { connector: 'sentinel' });
  const prefix = base.pathname.replace(/\/+$/, '');
  return (next.pathname.startsWith(prefix) ? next.pathname.slice(prefix.length) : next.pathname) + next.search;
}
