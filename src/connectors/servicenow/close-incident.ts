// Resolves or closes a ticket, as the settings say: which code and state an instance wants differs.

import { type Action, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import type { Lazy } from '../lazy.ts';
import type { ServiceNowClient } from './client.ts';
import { CloseTicketInput, TicketStateOutput } from './schemas.ts';
import { ticketName } from './ticket-name.ts';

export function closeIncident(servicenow: Lazy<ServiceNowClient>): Action {
  return defineAction({
    name: 'servicenow.close_incident',
    description: 'Resolves or closes an incident ticket in ServiceNow.',
    effect: 'write',
    input: CloseTicketInput,
    output: TicketStateOutput,
    describe: (input) => `Close ${ticketName(input.ticket)}`,
    async run(input, { signal, run }) {
      const client = servicenow();
      const { closeCode, closeState } = client.settings;
      const found = await client.read(input.ticket, signal);
      const notes = input.notes ?? '';
      const close_notes = notes.trim() === '' ? `Closed by Picket, run ${run.number} of ${run.playbook}: ${run.url}` : notes.slice(0, 4000);
      const closed = isClosed(found.state)
        ? found
        : await client.update(found.sys_id, { state: closeState, close_code: closeCode, close_notes }, { repeatable: true, signal });
      if (!isClosed(closed.state)) {
        throw new ActionError(
          `ServiceNow took the closing of ${found.number} but kept it in state ${closed.state}: check close_code "${closeCode}" and the fields it demands.`,
          {
            connector: 'servicenow',
          },
        );
      }
      return { sys_id: closed.sys_id, number: closed.number, url: client.urlOf(closed), state: closed.state };
    },
  });
}

/** 6 Resolved, 7 Closed, 8 Canceled: whoever ended it, there is nothing left to close. */
function isClosed(state: string): boolean {
  return ['6', '7', '8'].includes(state);
}
