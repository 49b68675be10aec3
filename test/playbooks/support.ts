// What the tests of playbooks share: the actions that playbooks may call, an incident, and ways to load and to walk.
import { z } from 'zod';
import { CardOutput, MessageOutput, PostIncidentInput, PostInput } from '../../src/connectors/chat/schemas.ts';
import { AccountInput, displayOf, IpInput } from '../../src/connectors/inputs.ts';
import { type Action, type ActionCatalogue, defineAction, type Effect } from '../../src/model/action.ts';
import type { Entity } from '../../src/model/entity.ts';
import { PlaybookError } from '../../src/model/errors.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { Next, Playbook, Scope, StepRecord } from '../../src/model/playbook.ts';
import { parsePlaybook } from '../../src/playbooks/load.ts';
import { nextFor } from '../../src/playbooks/next.ts';

function action(
  name: string,
  effect: Effect,
  schemas: { input: z.ZodObject; output: z.ZodObject },
  describe: (input: Record<string, unknown>) => string,
): Action {
  return defineAction({ name, description: `Does ${name}`, effect, ...schemas, describe, run: async () => ({}) });
}

const Ticket = z.object({ sys_id: z.string(), number: z.string(), level: z.int(), score: z.number(), open: z.boolean() });

export const ACTIONS: readonly Action[] = [
  action(
    'servicenow.create_incident',
    'write',
    { input: z.object({ short_description: z.string(), urgency: z.int().min(1).max(3).default(2) }), output: Ticket },
    (input) => `Open ticket "${String(input.short_description)}"`,
  ),
  action(
    'servicenow.comment',
    'write',
    { input: z.object({ ticket: z.string(), text: z.string() }), output: Ticket },
    (input) => `Comment on ${String(input.ticket)}`,
  ),
  action(
    'servicenow.close_incident',
    'write',
    { input: z.object({ ticket: z.string() }), output: Ticket },
    (input) => `Close ticket ${String(input.ticket)}`,
  ),
  action(
    'sentinel.close_incident',
    'write',
    {
      input: z.object({
        classification: z.enum(['BenignPositive', 'TruePositive']),
        reason: z.enum(['SuspiciousButExpected']).optional(),
        tags: z.array(z.string()).optional(),
      }),
      output: z.object({ url: z.string() }),
    },
    () => 'Close the incident',
  ),
  action(
    'chat.post_incident',
    'write',
    { input: PostIncidentInput, output: CardOutput },
    (input) => `Post the incident to ${String(input.channel)}`,
  ),
  action('chat.post', 'write', { input: PostInput, output: MessageOutput }, (input) => `Post "${String(input.text)}"`),
  defineAction({
    name: 'entra.disable_user',
    description: 'Does entra.disable_user',
    effect: 'destructive',
    input: z.object({ user: AccountInput }),
    output: z.object({ id: z.string() }),
    describe: ({ user }) => `Disable ${displayOf(user)}`,
    run: async () => ({ id: 'x' }),
  }),
  defineAction({
    name: 'paloalto.block_ip',
    description: 'Does paloalto.block_ip',
    effect: 'destructive',
    input: z.object({ ip: IpInput, timeout_seconds: z.int().optional() }),
    output: z.object({ ip: z.string() }),
    describe: ({ ip }) => `Block ${displayOf(ip)}`,
    run: async () => ({ ip: '' }),
  }),
];

export const catalogue: ActionCatalogue = {
  get: (name) => ACTIONS.find((candidate) => candidate.name === name),
  list: () => ACTIONS,
  unavailable: () => '',
};

export const known = { catalogue, roles: ['analyst', 'admin', 'security-admins', 'network-admins'], channels: ['soc', 'soc-leads'] };

export function load(text: string): Playbook {
  return parsePlaybook(text, 'test.yaml', known);
}

/** What the loader says about a text: `line: message (hint)` for each finding. */
export function problemsOf(text: string): readonly string[] {
  try {
    load(text);
    return [];
  } catch (error) {
    if (!(error instanceof PlaybookError)) throw error;
    return error.problems.map(({ line, message, hint }) => `${line}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  }
}

/** A playbook on incidents with an account and an ip around some steps, which begin at line 5. */
export function playbook(
  steps: string,
  { on = 'incident: { entities: [account, ip] }', head = '' }: { on?: string; head?: string } = {},
): string {
  return `name: test-playbook\ndescription: For a test.\non: { ${on} }\nsteps:\n${steps.replaceAll(/^/gm, '  ')}\npermissions: { run: [analyst], approve: [admin] }\n${head}`;
}

export const account: Entity = {
  kind: 'account',
  key: 'alice@contoso.com',
  display: 'alice@contoso.com',
  value: 'alice@contoso.com',
  fields: {
    upn: 'alice@contoso.com',
    name: 'alice',
    upnSuffix: 'contoso.com',
    ntDomain: '',
    sid: '',
    aadUserId: '',
    aadTenantId: '',
    displayName: 'Alice',
  },
};

export const ip: Entity = {
  kind: 'ip',
  key: '203.0.113.50',
  display: '203.0.113.50',
  value: '203.0.113.50',
  fields: { address: '203.0.113.50' },
};

export const incident: Incident = {
  id: '7f0c9f4e-3a0b-4d0e-9a3e-0d6f5b1c2a30',
  source: 'sentinel',
  key: '/subscriptions/x/incidents/1',
  armId: '/subscriptions/X/incidents/1',
  number: 4711,
  etag: 'e',
  title: 'Impossible travel',
  description: '',
  severity: 'High',
  status: 'New',
  classification: '',
  classificationReason: '',
  classificationComment: '',
  owner: null,
  tags: ['vip'],
  tactics: ['InitialAccess'],
  techniques: [],
  productNames: ['Azure Sentinel'],
  providerName: 'Azure Sentinel',
  analyticRuleIds: ['rule-1'],
  url: 'https://example.com/incident',
  createdTime: '2026-01-01T00:00:00Z',
  lastModifiedTime: '',
  firstActivityTime: '',
  lastActivityTime: '',
  alerts: [],
  alertsCount: 0,
  entities: [account, ip],
};

export const run = { id: 'r1', number: 17, playbook: 'test-playbook', started_by: 'bob', url: 'https://example.com/runs/r1' };

export function describeAction(name: string, input: Readonly<Record<string, unknown>> | null): string {
  const found = catalogue.get(name);
  try {
    return found?.describe(input) ?? name;
  } catch {
    return found?.description ?? name;
  }
}

/** Walks a playbook as the engine would; `outcome` answers what is asked and called. Stops where it gives undefined. */
export function drive(
  loaded: Playbook,
  scope: Scope,
  outcome: (next: Next, line: string) => Omit<StepRecord, 'path'> | undefined,
): { readonly seen: readonly string[]; readonly last: Next } {
  const records = new Map<string, StepRecord>();
  const seen: string[] = [];
  const walk = (line: string): Next => {
    for (let count = 0; count < 5_000; count += 1) {
      const next = nextFor(loaded, scope, records, line, describeAction);
      if (next.kind === 'done' || next.kind === 'failed' || next.kind === 'parked') return next;
      seen.push(`${next.kind} ${next.path}`);
      const given = outcome(next, line);
      if (given === undefined) return next;
      records.set(next.path, { path: next.path, ...given });
      if (next.kind === 'fork') for (const branch of next.lines) walk(branch);
    }
    throw new Error('the walk does not end');
  };
  return { last: walk('main'), seen };
}

/** Everything succeeds; actions give `output`, approvals `choice`. */
export function succeed({ choice = 'block', output = {} }: { choice?: string; output?: Record<string, unknown> } = {}) {
  return (next: Next): Omit<StepRecord, 'path'> => {
    if (next.kind === 'note') return { status: next.status, output: next.output, error: '' };
    if (next.kind === 'ask')
      return { status: 'done', output: { outcome: 'chosen', choice, by: ['Carol'], summary: `Carol chose ${choice}` }, error: '' };
    return { status: 'done', output: next.kind === 'action' ? output : null, error: '' };
  };
}
