// The variables a run starts with, and the subjects and inputs it refuses.
import { describe, expect, it } from 'vitest';
import { buildScope, type RunStart } from '../../src/playbooks/scope.ts';
import { account, incident, ip, load, playbook, run } from './support.ts';

const WAIT = '- { wait: 5m }';
const INPUTS = `inputs:
  count: { type: number, default: 3 }
  mode: { type: string, choices: [fast, slow], description: how }
  force: { type: boolean, required: false }
  pause: { type: duration, default: 5m }
`;

function scope(on: string, changes: Partial<RunStart>, head = '') {
  const built = buildScope({
    playbook: load(playbook(WAIT, { on, head })),
    subject: null,
    incident,
    alertId: '',
    inputs: {},
    run,
    ...changes,
  });
  return 'refused' in built ? `${built.why} ${built.remedy}` : built.scope;
}

const alert = {
  id: 'a-1',
  title: 'Sign-in',
  description: '',
  severity: 'High' as const,
  productName: 'Entra',
  analyticRuleId: 'rule-1',
  tactics: ['InitialAccess'],
  startTime: '',
  endTime: '',
  entities: [account],
  customDetails: { Country: ['NO'] },
};

describe('a run on an incident', () => {
  it('sees it, its entities one by one and as lists, and the run', () => {
    expect(scope('incident: { entities: [account, ip] }', {})).toMatchObject({
      account,
      ip,
      accounts: [account],
      ips: [ip],
      hosts: [],
      hashes: [],
      incident: { number: 4711, title: 'Impossible travel', severity: 'High', owner: '', tags: ['vip'] },
      run: { number: 17, started_by: 'bob' },
      inputs: {},
    });
  });

  it('counts the same entity once', () => {
    const entities = [account, { ...account, display: 'Alice' }, ip];
    expect(scope('incident: { entities: [account] }', { incident: { ...incident, entities } })).toMatchObject({
      accounts: [{ display: 'Alice' }],
    });
  });

  it('is refused when the entity it needs is missing or not the only one', () => {
    expect(scope('incident: { entities: [host] }', {})).toBe(
      'test-playbook needs a host, and this incident has none. Run it on an incident that has one.',
    );
    const entities = [...incident.entities, { ...account, key: 'b', display: 'b@contoso.com' }];
    expect(scope('incident: { entities: [account] }', { incident: { ...incident, entities } })).toBe(
      'test-playbook needs exactly one account, and this incident has 2: alice@contoso.com, b@contoso.com. Run a playbook for account on the one that is meant.',
    );
  });

  it('is refused on something else', () => {
    expect(scope('incident: {}', { incident: null })).toBe('test-playbook runs on an incident. Name the number of an incident.');
    expect(scope('incident: {}', { subject: account })).toBe('test-playbook runs on an incident, not on an entity. Name an incident.');
  });

  it('knows its owner by the best name there is', () => {
    const owner = { objectId: 'o', email: 'carol@contoso.com', userPrincipalName: '', assignedTo: 'Carol' };
    expect(scope('incident: {}', { incident: { ...incident, owner } })).toMatchObject({ incident: { owner: 'carol@contoso.com' } });
  });
});

describe('a run on an alert', () => {
  it('sees the alert, and its entities alone', () => {
    const withAlert = { ...incident, alerts: [alert] };
    const built = scope('alert: { entities: [account] }', { incident: withAlert, alertId: 'a-1' });
    expect(built).toMatchObject({
      alert: { title: 'Sign-in', customDetails: { Country: ['NO'] } },
      account,
      ips: [],
      incident: { number: 4711 },
    });
    expect(scope('alert: {}', { incident: withAlert, alertId: 'a-2' })).toBe(
      "test-playbook runs on an alert, and the incident has none with the id 'a-2'. It has a-1.",
    );
  });
});

describe('a run on an entity', () => {
  it('sees it, and an incident with empty fields when there is none', () => {
    expect(scope('entity: account', { subject: account, incident: null })).toMatchObject({
      account,
      entity: account,
      incident: { id: '', number: 0 },
    });
    expect(scope('entity: [account, ip]', { subject: ip })).toMatchObject({ entity: ip, incident: { number: 4711 } });
    expect(scope('entity: [account, ip]', { subject: ip })).not.toHaveProperty('ip');
  });

  it('is refused on another kind, and on nothing', () => {
    expect(scope('entity: [account, host]', { subject: ip })).toBe('test-playbook does not run on an ip. It runs on an account or a host.');
    expect(scope('entity: account', {})).toBe('test-playbook runs on an entity. Name an account.');
  });
});

describe('inputs', () => {
  const inputs = (given: RunStart['inputs']) => {
    const built = scope('incident: {}', { inputs: given }, INPUTS);
    return typeof built === 'string' ? built : built.inputs;
  };

  it('are read as what the playbook declares, with defaults', () => {
    expect(inputs({ mode: 'fast' })).toEqual({ count: 3, mode: 'fast', force: false, pause: '5m' });
    expect(inputs({ mode: 'slow', count: '4.5', force: 'yes', pause: '2h' })).toEqual({
      count: 4.5,
      mode: 'slow',
      force: true,
      pause: '2h',
    });
  });

  it('that are unknown, missing or malformed are refused with what is taken', () => {
    const taken = 'It takes count (number); mode (fast | slow, required, how); force (boolean); pause (duration).';
    expect(inputs({ mod: 'fast' })).toBe(`There is no input mod. Did you mean mode? ${taken}`);
    expect(inputs({})).toBe(`The input mode is missing. ${taken}`);
    expect(inputs({ mode: 'quick' })).toBe(`mode must be one of fast, slow, not "quick". ${taken}`);
    expect(inputs({ mode: 'fast', count: 'many' })).toBe(`count must be a number, not "many". ${taken}`);
    expect(inputs({ mode: 'fast', count: 'Infinity' })).toContain('count must be a number');
    expect(inputs({ mode: 'fast', force: 'maybe' })).toContain('force must be true or false');
    expect(inputs({ mode: 'fast', pause: 'soon' })).toContain('pause must be a duration');
    expect(scope('incident: {}', { inputs: { x: 1 } })).toBe('There is no input x. This playbook takes no inputs.');
  });
});
