// The workspace at the start: a few older incidents, so that lists are not empty and numbers do not begin at one.

import type { SentinelState } from './state.ts';
import { addIncident, IMPOSSIBLE_TRAVEL, type NewIncident } from './trigger.ts';

const HOUR = 3_600_000;
const OLDER: readonly { readonly wanted: Partial<NewIncident>; readonly hours: number; readonly closed?: true }[] = [
  {
    wanted: { title: 'Password spray against several accounts', severity: 'Medium', tactics: ['CredentialAccess'] },
    hours: 72,
    closed: true,
  },
  { wanted: { title: 'Rare process on a server', severity: 'Low', tactics: ['Execution'] }, hours: 50, closed: true },
  {
    wanted: { title: 'Mass download from a document library', severity: 'Medium', status: 'Active', tactics: ['Exfiltration'] },
    hours: 26,
  },
  { wanted: { title: 'Sign-in from an anonymous address', severity: 'Low', tactics: ['InitialAccess'] }, hours: 8 },
  {
    wanted: { title: 'Firewall rule changed outside of a change window', severity: 'Informational', tactics: ['DefenseEvasion'] },
    hours: 3,
  },
];
const IP = { kind: 'Ip', properties: { address: '198.51.100.23', additionalData: {}, friendlyName: '198.51.100.23' } };

export function seedSentinel(now: Date): SentinelState {
  const state: SentinelState = { incidents: [], etags: 0, nextNumber: 4706 };
  for (const { wanted, hours, closed } of OLDER) {
    const incident = addIncident(
      state,
      { ...IMPOSSIBLE_TRAVEL, labels: [], description: '', entities: [IP], ...wanted },
      now,
      hours * HOUR,
    );
    if (closed) {
      Object.assign(incident, {
        status: 'Closed',
        classification: 'BenignPositive',
        classificationReason: 'SuspiciousButExpected',
        classificationComment: 'Confirmed with the team in question.',
      });
    }
  }
  return state;
}
