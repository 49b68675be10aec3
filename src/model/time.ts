// Times as people read them.

/** `2026-11-20 08:10 UTC` of an ISO time, '' when unknown. */
export function shortTime(iso: string): string {
  return iso === '' ? '' : `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
