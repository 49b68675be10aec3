// A ticket in a sentence. A sys_id tells a reader nothing.

/** `ServiceNow ticket INC0010001`, or `the ServiceNow ticket` when only its sys_id (32 hex digits) is known. */
export function ticketName(ticket: string): string {
  return /^[0-9a-f]{32}$/i.test(ticket) ? 'the ServiceNow ticket' : `ServiceNow ticket ${ticket}`;
}
