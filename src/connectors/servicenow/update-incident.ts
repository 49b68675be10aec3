// Changes fields of a ticket and checks that ServiceNow kept them: what an account may not write is dropped there in silence.
import { type Action, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import type { Lazy } from '../lazy.ts';
import type { ServiceNowClient } from './client.ts';
import { TicketStateOutput, UpdateTicketInput } from './schemas.ts';

export function updateIncident(servicenow: Lazy<ServiceNowClient>): Action {
  return defineAction({
    name: 'servicenow.update_incident',
    description: 'Changes fields of an incident ticket in ServiceNow.',
    effect: 'write',
    input: UpdateTicketInput,
    output: TicketStateOutput,
    describe({ ticket, ...fields }) {
      const changes = Object.entries(fields).map(([name, value]) => `${name.replaceAll('_', ' ')} ${String(value).slice(0, 80)}`);
      return `Update the ServiceNow ticket ${ticket}: ${changes.join('; ') || 'nothing'}`;
    },
    async run({ ticket, ...changes }, { signal }) {
      const client = servicenow();
      const found = await client.read(ticket, signal);
      const fields = Object.fromEntries(Object.entries(changes).map(([name, value]) => [name, String(value)]));
      if (fields.short_description !== undefined) fields.short_description = fields.short_description.slice(0, 160);
      const updated = Object.keys(fields).length === 0 ? found : await client.update(found.sys_id, fields, { repeatable: true, signal });
      for (const name of ['state', 'short_description'] as const) {
        const wanted = fields[name];
        if (wanted === undefined || updated[name] === wanted) continue;
        throw new ActionError(
          `ServiceNow took the change of ${found.number} but kept ${name} "${updated[name]}": check the rules and the rights of the account.`,
          {
            connector: 'servicenow',
          },
        );
      }
      return { sys_id: updated.sys_id, number: updated.number, url: client.urlOf(updated), state: updated.state };
    },
  });
}
