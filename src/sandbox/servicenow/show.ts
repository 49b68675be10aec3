// How a row looks on the wire: strings, references as `{ link, value }`, display values when asked for, journal fields empty or as text.
import type { Call } from '../call.ts';
import { type JournalEntry, REFERENCES, type Row } from './state.ts';

const LABELS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  state: { '1': 'New', '2': 'In Progress', '3': 'On Hold', '6': 'Resolved', '7': 'Closed', '8': 'Canceled' },
  incident_state: { '1': 'New', '2': 'In Progress', '3': 'On Hold', '6': 'Resolved', '7': 'Closed', '8': 'Canceled' },
  urgency: { '1': '1 - High', '2': '2 - Medium', '3': '3 - Low' },
  impact: { '1': '1 - High', '2': '2 - Medium', '3': '3 - Low' },
  priority: { '1': '1 - Critical', '2': '2 - High', '3': '3 - Moderate', '4': '4 - Low', '5': '5 - Planning' },
};
const JOURNALS: Readonly<Record<string, string>> = { work_notes: 'Work notes', comments: 'Additional comments' };

/** One row under the call's sysparm_fields, sysparm_display_value and sysparm_exclude_reference_link. */
export function showRow(row: Row, journal: readonly JournalEntry[], call: Call): Record<string, unknown> {
  const fields = call.query.get('sysparm_fields');
  const wanted = fields === null || fields === '' ? Object.keys(row) : fields.split(',').map((field) => field.trim());
  return Object.fromEntries(
    wanted.filter((field) => row[field] !== undefined).map((field) => [field, showValue(row, field, journal, call)]),
  );
}

function showValue(row: Row, field: string, journal: readonly JournalEntry[], call: Call): unknown {
  const value = row[field] ?? '';
  const display = field in JOURNALS ? journalText(row, field, journal) : (LABELS[field]?.[value] ?? value);
  const table = REFERENCES[field];
  const linked = table !== undefined && value !== '' && call.query.get('sysparm_exclude_reference_link') !== 'true';
  const link = linked ? { link: `${call.base}/api/now/table/${table}/${value}` } : {};
  switch (call.query.get('sysparm_display_value') ?? 'false') {
    case 'all':
      return { display_value: display, value, ...link };
    case 'true':
      return linked ? { display_value: display, ...link } : display;
    default:
      return linked ? { ...link, value } : value;
  }
}

/** Newest first, each under a line with time and author. */
function journalText(row: Row, field: string, journal: readonly JournalEntry[]): string {
  return journal
    .filter((entry) => entry.element_id === row.sys_id && entry.element === field)
    .map((entry) => `${entry.sys_created_on} - ${entry.sys_created_by} (${JOURNALS[field]})\n${entry.value}\n\n`)
    .reverse()
    .join('');
}
