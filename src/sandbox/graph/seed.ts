// The directory at the start: invented people of contoso.com, with one of each kind that needs care.
import type { Account, GraphState, User } from './state.ts';

/** Also the account of the incidents that the sandbox makes. */
export const ALICE_ID = '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f';

interface Seed {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly department: string;
  /** Local part of the address; the first name when absent. */
  readonly local?: string;
  readonly change?: Partial<User>;
  readonly administrator?: boolean;
}

const SECURITY = { id: '7a1b2c3d-0000-4e5f-8a9b-000000000001', displayName: 'Security administrators' };
const NETWORK = { id: '7a1b2c3d-0000-4e5f-8a9b-000000000002', displayName: 'Network administrators' };

const SEEDS: readonly Seed[] = [
  {
    id: ALICE_ID,
    name: 'Alice Example',
    title: 'Account Manager',
    department: 'Sales',
    change: { onPremisesSecurityIdentifier: 'S-1-5-21-1000000001-1000000002-1000000003-1104' },
  },
  { id: '1a2b3c4d-0000-4000-8000-000000000002', name: 'Alex Sample', title: 'Buyer', department: 'Purchasing', local: 'alex.sample' },
  { id: '1a2b3c4d-0000-4000-8000-000000000003', name: 'Alex Specimen', title: 'Accountant', department: 'Finance', local: 'alex.specimen' },
  { id: '1a2b3c4d-0000-4000-8000-000000000004', name: 'Bob Placeholder', title: 'Driver', department: 'Logistics' },
  { id: '1a2b3c4d-0000-4000-8000-000000000005', name: 'Carol Template', title: 'Security Administrator', department: 'Security' },
  { id: '1a2b3c4d-0000-4000-8000-000000000006', name: 'Dave Pattern', title: 'Senior Network Administrator', department: 'Network' },
  { id: '1a2b3c4d-0000-4000-8000-000000000007', name: 'Erin Prototype', title: 'Security Analyst', department: 'Security' },
  { id: '1a2b3c4d-0000-4000-8000-000000000008', name: 'Frank Instance', title: 'Engineer', department: 'Plant' },
  {
    id: '1a2b3c4d-0000-4000-8000-000000000009',
    name: 'Grace Illustration',
    title: 'Designer',
    department: 'Marketing',
    local: "grace.o'illustration",
  },
  {
    id: '1a2b3c4d-0000-4000-8000-00000000000a',
    name: 'Root Administrator',
    title: 'Global Administrator',
    department: 'IT',
    local: 'root.admin',
    administrator: true,
  },
  {
    id: '1a2b3c4d-0000-4000-8000-00000000000b',
    name: 'Heidi Synced',
    title: 'Clerk',
    department: 'Finance',
    change: { onPremisesSyncEnabled: true, onPremisesSecurityIdentifier: 'S-1-5-21-1000000001-1000000002-1000000003-1177' },
  },
  {
    id: '1a2b3c4d-0000-4000-8000-00000000000c',
    name: 'Gustav Visitor',
    title: 'Consultant',
    department: 'External',
    change: {
      userType: 'Guest',
      userPrincipalName: 'gustav_example.net#EXT#@contoso.com',
      mail: 'gustav@example.net',
      proxyAddresses: ['SMTP:gustav@example.net'],
    },
  },
];

/** Every user enabled, nobody at risk. */
export function seedGraph(): GraphState {
  return { users: SEEDS.map(makeAccount), lastRiskCall: 0 };
}

function makeAccount(seed: Seed): Account {
  const [givenName = '', surname = ''] = seed.name.split(' ');
  const address = `${seed.local ?? givenName.toLowerCase()}@contoso.com`;
  return {
    user: {
      id: seed.id,
      userPrincipalName: address,
      displayName: seed.name,
      givenName,
      surname,
      mail: address,
      jobTitle: seed.title,
      department: seed.department,
      mobilePhone: null,
      officeLocation: 'Building 1',
      preferredLanguage: 'en-GB',
      usageLocation: 'GB',
      businessPhones: [],
      proxyAddresses: [`SMTP:${address}`, `smtp:${givenName.slice(0, 1)}.${surname}@contoso.com`.toLowerCase()],
      accountEnabled: true,
      userType: 'Member',
      onPremisesSyncEnabled: null,
      onPremisesSecurityIdentifier: null,
      createdDateTime: '2024-02-01T09:00:00Z',
      signInSessionsValidFromDateTime: '2024-02-01T09:00:00Z',
      ...seed.change,
    },
    facts: {
      administrator: seed.administrator ?? false,
      managerId: seed.department === 'Sales' ? '1a2b3c4d-0000-4000-8000-000000000004' : null,
      groups: seed.department === 'Security' ? [SECURITY] : seed.department === 'Network' ? [NETWORK] : [],
      risk: { level: 'none', state: 'none', detail: 'none', updated: '2024-02-01T09:00:00Z' },
    },
  };
}
