// Adds a work note. Each write appends one, so the note ends with a mark of the step's key, which a repetition looks for.

import { type Action, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import type { Lazy } from '../lazy.ts';
import type { ServiceNowClient } from './client.ts';
import { CommentTicketInput, TicketOutput } from './schemas.ts';
import { ticketName } from './ticket-name.ts';

export function comment(servicenow: Lazy<ServiceNowClient>): Action {
  return defineAction({
    name: 'servicenow.comment',
    description: 'Adds a work note to an incident ticket in ServiceNow.',
    effect: 'write',
    input: CommentTicketInput,
    output: TicketOutput,
    describe: (input) => `Add a work note to ${ticketName(input.ticket)}`,
    async run(input, context) {
      const { signal } = context;
      const client = servicenow();
      const ticket = await client.read(input.ticket, signal);
      const mark = `picket-${context.key.slice(0, 16)}`;
      const isThere = async (): Promise<boolean> => (await client.workNotes(ticket.sys_id, signal)).includes(mark);
      const answer = { sys_id: ticket.sys_id, number: ticket.number, url: client.urlOf(ticket) };
      if (context.repeated && (await isThere())) return answer;
      const note = `${input.text.slice(0, 30_000)}\n\nPicket run ${context.run.number}: ${context.run.url} [${mark}]`;
      try {
        await client.update(ticket.sys_id, { work_notes: note }, { repeatable: false, signal });
      } catch (error) {
        if (!(error instanceof CallError) || !error.lost || signal.aborted) throw error;
        if (!(await isThere())) {
          throw new ActionError(`${error.message} The note was not found on ${ticket.number}, so it can be tried again.`, {
            connector: 'servicenow',
            retryable: true,
            retryAfterMs: 5000,
            cause: error,
          });
        }
      }
      return answer;
    },
  });
}
