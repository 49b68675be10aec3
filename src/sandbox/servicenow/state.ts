// What the stand-in of ServiceNow remembers: rows of the incident table, every value a string, and the journal beside them.
import { z } from 'zod';

export const JournalEntry = z.object({
  sys_id: z.string(),
  element_id: z.string(),
  element: z.enum(['work_notes', 'comments']),
  value: z.string(),
  sys_created_on: z.string(),
  sys_created_by: z.string(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

export const Row = z.record(z.string(), z.string());
export type Row = z.infer<typeof Row>;

export const ServiceNowState = z.object({ incidents: z.array(Row), journal: z.array(JournalEntry), nextNumber: z.number() });
export type ServiceNowState = z.infer<typeof ServiceNowState>;

/** Columns of the incident table that the stand-in knows; others are dropped in silence, as by the real one. */
export const COLUMNS = [
  'sys_id',
  'number',
  'state',
  'incident_state',
  'active',
  'short_description',
  'description',
  'urgency',
  'impact',
  'priority',
  'severity',
  'category',
  'subcategory',
  'contact_type',
  'caller_id',
  'opened_by',
  'assignment_group',
  'assigned_to',
  'cmdb_ci',
  'business_service',
  'correlation_id',
  'correlation_display',
  'close_code',
  'close_notes',
  'resolved_at',
  'resolved_by',
  'closed_at',
  'closed_by',
  'hold_reason',
  'opened_at',
  'sys_created_on',
  'sys_created_by',
  'sys_updated_on',
  'sys_updated_by',
  'sys_mod_count',
  'work_notes',
  'comments',
  'location',
] as const;

/** Columns whose value is a sys_id of another table, shown as `{ link, value }`. */
export const REFERENCES: Readonly<Record<string, string>> = {
  caller_id: 'sys_user',
  opened_by: 'sys_user',
  assigned_to: 'sys_user',
  resolved_by: 'sys_user',
  closed_by: 'sys_user',
  assignment_group: 'sys_user_group',
  cmdb_ci: 'cmdb_ci',
  business_service: 'cmdb_ci_service',
  location: 'cmn_location',
};

/** UTC without zone: `2026-11-20 08:00:00`. */
export function stamp(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}
