// What the actions of ServiceNow take and give. ServiceNow keeps all values as strings.
import { z } from 'zod';

const ticket = z.string().trim().min(1).describe('sys_id of the ticket, or its number (INC0010001)');
const level = z.int().min(1).max(3);
const summary = z.string().trim().min(1).describe('Cut at 160 characters');
const description = z.string().describe('Plain text');
const group = z.string().trim().min(1).describe('Name or sys_id of the group');

export const CreateTicketInput = z.object({
  short_description: summary,
  description: description.optional(),
  urgency: level.default(2).describe('1 high, 2 medium, 3 low'),
  impact: level.default(2).describe('1 high, 2 medium, 3 low'),
  assignment_group: group.optional(),
});

export const UpdateTicketInput = z.object({
  ticket,
  short_description: summary.optional(),
  description: description.optional(),
  urgency: level.optional().describe('1 high, 2 medium, 3 low'),
  impact: level.optional().describe('1 high, 2 medium, 3 low'),
  state: z.enum(['1', '2', '3']).optional().describe('1 new, 2 in progress, 3 on hold; to close use servicenow.close_incident'),
  assignment_group: group.optional(),
});

export const CommentTicketInput = z.object({
  ticket,
  text: z.string().trim().min(1).describe('Work note, seen by those who work on the ticket'),
});
export const CloseTicketInput = z.object({ ticket, notes: z.string().optional().describe('Close notes') });

export const TicketOutput = z.object({
  sys_id: z.string(),
  number: z.string(),
  url: z.string(),
});

export const TicketStateOutput = TicketOutput.extend({ state: z.string() });
