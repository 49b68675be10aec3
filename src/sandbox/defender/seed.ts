// Machines at the start: one to isolate, one name with two records, one that is off.
import type { DefenderState, Machine } from './state.ts';

export function seedDefender(now: Date): DefenderState {
  return {
    machines: [
      makeMachine(now, { id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc01', computerDnsName: 'wks01.contoso.com' }),
      makeMachine(now, {
        id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc02',
        computerDnsName: 'wks02.contoso.com',
        lastIpAddress: '192.0.2.12',
      }),
      // Reinstalled: the old record of the same name stays in the inventory.
      makeMachine(now, {
        id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc03',
        computerDnsName: 'wks02.contoso.com',
        healthStatus: 'Inactive',
        lastSeen: ago(now, 90),
      }),
      makeMachine(now, {
        id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc04',
        computerDnsName: 'lap07.contoso.com',
        healthStatus: 'Inactive',
        lastSeen: ago(now, 3),
      }),
      makeMachine(now, {
        id: '1e5bc9d7e413ddd7902c2932e418702b84d0cc05',
        computerDnsName: 'srv01.contoso.com',
        lastIpAddress: '192.0.2.21',
      }),
    ],
    actions: [],
    indicators: [],
  };
}

function makeMachine(now: Date, facts: Pick<Machine, 'id' | 'computerDnsName'> & Partial<Machine>): Machine {
  return {
    firstSeen: '2024-03-01T08:00:00.1234567Z',
    lastSeen: ago(now, 0),
    osPlatform: 'Windows11',
    version: '23H2',
    osProcessor: 'x64',
    lastIpAddress: '192.0.2.11',
    lastExternalIpAddress: '198.51.100.7',
    osBuild: 22631,
    healthStatus: 'Active',
    rbacGroupId: 0,
    rbacGroupName: 'Workstations',
    riskScore: 'None',
    exposureLevel: 'Low',
    isAadJoined: true,
    aadDeviceId: null,
    machineTags: [],
    ...facts,
  };
}

function ago(now: Date, days: number): string {
  return new Date(now.getTime() - days * 86_400_000).toISOString();
}
