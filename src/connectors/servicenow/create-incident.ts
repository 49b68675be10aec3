// Opens a ticket. ServiceNow would open a second one for a second call, so the ticket carries the step's key and is looked for before and after.
import { type Action, type ActionContext, defineAction } from '../../model/action.ts';
import { ActionError } from '../../model/errors.ts';
import { CallError } from '../call-error.ts';
import type { Lazy } from '../lazy.ts';
import type { ServiceNowClient, Ticket } from './client.ts';
import { CreateTicketInput, TicketOutput } from './schemas.ts';

export function createIncident(servicenow: Lazy<ServiceNowClient>): Action {
  return defineAction({
    name: 'servicenow.create_incident',
    description: 'Opens an incident ticket in ServiceNow.',
    effect: 'write',
    input: CreateTicketInput,
    output: TicketOutput,
    describe: (input) => `Open a ServiceNow ticket: ${input.short_description.slice(0, 160)}`,
    async run(input, context) {
      const client = servicenow();
      const { assignment_group, ...rest } = input;
      const ticket = await createOnce(
        client,
        {
          short_description: rest.short_description.slice(0, 160),
          description: [
            rest.description ?? '',
            `Opened by Picket, run ${context.run.number} of ${context.run.playbook}: ${context.run.url}`,
          ]
            .join('\n\n')
            .trim(),
          urgency: String(rest.urgency),
          impact: String(rest.impact),
          correlation_id: context.key,
          correlation_display: 'Picket',
          ...(assignment_group === undefined ? {} : { assignment_group }),
        },
        context,
      );
      return { sys_id: ticket.sys_id, number: ticket.number, url: client.urlOf(ticket) };
    },
  });
}

async function createOnce(client: ServiceNowClient, fields: Readonly<Record<string, string>>, context: ActionContext): Promise<Ticket> {
  const { key, signal, repeated, log } = context;
  const earlier = repeated ? await client.findByKey(key, signal) : null;
  if (earlier !== null) return earlier;
  try {
    const ticket = await client.create(fields, signal);
    // Unknown or protected fields are dropped in silence; without this one a repetition could not find the ticket.
    if (ticket.correlation_id !== key)
      log.warn('ServiceNow did not keep correlation_id, give the account write access to it', { ticket: ticket.number });
    return ticket;
  } catch (error) {
    if (!(error instanceof CallError) || !error.lost || signal.aborted) throw error;
    const found = await client.findByKey(key, signal);
    if (found !== null) return found;
    throw new ActionError(`${error.message} No ticket of this step was found, so it can be tried again.`, {
      connector: 'servicenow',
      retryable: true,
      // A slow instance may still be busy with the first one; the repetition looks again before it opens another.
      retryAfterMs: 5000,
      cause: error,
    });
  }
}
