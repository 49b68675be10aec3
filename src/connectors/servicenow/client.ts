// Incidents of ServiceNow over the Table API. Nothing is unique there by itself, so tickets carry the step's key as correlation_id
// and are looked up by it. All values are strings.
import { z } from 'zod';
import { ActionError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { ServiceNowSettings } from '../../model/settings.ts';
import type { Timing } from '../call.ts';
import { createHttpClient } from '../http-client.ts';
import type { Send } from '../wire.ts';

const text = z.union([z.string(), z.number(), z.boolean()]).transform(String);
const Ticket = z.object({
  sys_id: z.string().min(1),
  number: text,
  state: text.default(''),
  short_description: text.default(''),
  correlation_id: text.default(''),
});
export type Ticket = z.output<typeof Ticket>;

const OneTicket = z.object({ result: Ticket });
const Tickets = z.object({ result: z.array(Ticket) });
const Journal = z.object({ result: z.object({ work_notes: text.default('') }) });
const ServiceNowError = z.object({ error: z.object({ message: z.string().default(''), detail: z.string().nullish() }) });

const FIELDS = 'sysparm_fields=sys_id,number,state,short_description,correlation_id&sysparm_exclude_reference_link=true';

export interface ServiceNowClient {
  readonly settings: ServiceNowSettings;
  /** Not repeatable: two calls make two tickets. */
  create(fields: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Ticket>;
  findByKey(key: string, signal: AbortSignal): Promise<Ticket | null>;
  /** By sys_id or number. Throws ActionError when there is none. */
  read(reference: string, signal: AbortSignal): Promise<Ticket>;
  /** `repeatable`: false where writing twice shows twice (journal fields). */
  update(
    sysId: string,
    fields: Readonly<Record<string, string>>,
    options: { readonly repeatable: boolean; readonly signal: AbortSignal },
  ): Promise<Ticket>;
  /** All work notes as one text. */
  workNotes(sysId: string, signal: AbortSignal): Promise<string>;
  /** Where a person opens it. */
  urlOf(ticket: Ticket): string;
}

export interface ServiceNowClientOptions {
  readonly settings: ServiceNowSettings;
  readonly log: Log;
  readonly timing?: Partial<Timing>;
  readonly send?: Send;
}

export function createServiceNowClient({ settings, ...rest }: ServiceNowClientOptions): ServiceNowClient {
  const basic = `Basic ${Buffer.from(`${settings.user}:${settings.password}`, 'utf8').toString('base64')}`;
  const http = createHttpClient({
    ...rest,
    connector: 'servicenow',
    system: 'ServiceNow',
    baseUrl: settings.baseUrl,
    settings: { address: 'SERVICENOW_URL', credential: 'SERVICENOW_USER and SERVICENOW_PASSWORD' },
    authorize: async () => ({ authorization: basic }),
    explain: explainError,
  });
  const table = '/api/now/table/incident';

  const query = async (condition: string, signal: AbortSignal): Promise<Ticket | null> => {
    const path = `${table}?sysparm_query=${encodeURIComponent(condition)}&sysparm_limit=1&${FIELDS}`;
    return (await http.call({ method: 'GET', path, answer: Tickets, repeatable: true, signal })).body.result[0] ?? null;
  };

  return {
    settings,
    async create(fields, signal) {
      return (await http.call({ method: 'POST', path: `${table}?${FIELDS}`, json: fields, answer: OneTicket, repeatable: false, signal }))
        .body.result;
    },
    findByKey: (key, signal) => query(`correlation_id=${key}`, signal),
    async read(reference, signal) {
      // A caret joins conditions in a query and is in no id or number.
      if (!/^[\w-]{1,64}$/.test(reference)) throw unknownTicket(reference);
      const found = await query(/^[0-9a-f]{32}$/i.test(reference) ? `sys_id=${reference}` : `number=${reference}`, signal);
      if (found === null) throw unknownTicket(reference);
      return found;
    },
    async update(sysId, fields, { repeatable, signal }) {
      const path = `${table}/${encodeURIComponent(sysId)}?${FIELDS}`;
      return (await http.call({ method: 'PATCH', path, json: fields, answer: OneTicket, repeatable, signal })).body.result;
    },
    async workNotes(sysId, signal) {
      // Journal fields are empty unless display values are asked for.
      const path = `${table}/${encodeURIComponent(sysId)}?sysparm_fields=sys_id,work_notes&sysparm_display_value=true`;
      return (await http.call({ method: 'GET', path, answer: Journal, repeatable: true, signal })).body.result.work_notes;
    },
    urlOf: (ticket) => `${settings.baseUrl.replace(/\/+$/, '')}/nav_to.do?uri=incident.do%3Fsys_id%3D${encodeURIComponent(ticket.sys_id)}`,
  };
}

function unknownTicket(reference: string): ActionError {
  return new ActionError(
    `ServiceNow has no incident "${reference.slice(0, 80)}", or an access rule hides it. Give its number (INC...) or sys_id.`,
    { connector: 'servicenow' },
  );
}

function explainError(body: unknown): string {
  const parsed = ServiceNowError.safeParse(body);
  if (!parsed.success) return '';
  const { message, detail } = parsed.data.error;
  return [message, detail ?? ''].filter((part) => part !== '').join(': ');
}
