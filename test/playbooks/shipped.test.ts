// The playbooks, rules and schema in the repository, with the real actions.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ActionCatalogue } from '../../src/model/action.ts';
import type { Entity } from '../../src/model/entity.ts';
import { loadPlaybooks } from '../../src/playbooks/load.ts';
import { schemaText } from '../../src/playbooks/schema.ts';
import { buildScope } from '../../src/playbooks/scope.ts';
import { loadRules } from '../../src/rules/load.ts';
import { matchRules } from '../../src/rules/match.ts';
import { realCatalogue } from './real-catalogue.ts';
import { account, drive, incident, ip, run, succeed } from './support.ts';

const DIR = fileURLToPath(new URL('../../playbooks', import.meta.url));
const ROLES = ['analyst', 'admin', 'security-admins', 'network-admins'];
const FILES = readdirSync(DIR).filter((name) => name.endsWith('.yaml') && name !== 'automation-rules.yaml');

let catalogue: ActionCatalogue;
beforeAll(async () => {
  catalogue = await realCatalogue();
});

describe('the shipped playbooks', () => {
  it('load without a finding', () => {
    const { playbooks, problems } = loadPlaybooks([DIR], { catalogue, roles: ROLES, channels: ['soc'] });
    expect(problems).toEqual([]);
    expect([...playbooks.keys()]).toEqual(FILES.map((name) => name.replace('.yaml', '')));
  });

  it('open with a comment that says what they do, and name the schema', () => {
    for (const name of FILES) {
      const [first, second] = readFileSync(`${DIR}/${name}`, 'utf8').split('\n');
      expect(first, name).toMatch(/^# \S.{20}/);
      expect(second, name).toBe('# yaml-language-server: $schema=./playbook.schema.json');
    }
  });

  it('start by the shipped rules: High incidents with an account and an address', () => {
    const { playbooks } = loadPlaybooks([DIR], { catalogue, roles: ROLES, channels: ['soc'] });
    const { rules, problems, warnings } = loadRules(`${DIR}/automation-rules.yaml`, { playbooks });
    expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
    const started = (changes: Partial<typeof incident>) =>
      matchRules(rules, { kind: 'incident-created', incident: { ...incident, ...changes }, at: '2026-01-01T00:00:00Z' }).flatMap(
        ({ actions }) => actions.map(({ playbook }) => playbook),
      );
    expect(started({})).toEqual(['stop-compromised-user']);
    expect(started({ severity: 'Medium' })).toEqual([]);
    expect(started({ entities: incident.entities.slice(0, 1) })).toEqual([]);
  });
});

describe('walked to the end', () => {
  const OUTPUT = {
    sys_id: 's1',
    number: 'INC1',
    upn: 'alice@contoso.com',
    display_name: 'Alice',
    id: 'x',
    ip: '203.0.113.50',
    expires_at: '',
    name: 'wks01',
    os: 'Windows',
    status: 'Pending',
    url: 'https://example.com',
  };
  const host: Entity = { kind: 'host', key: 'wks01', display: 'wks01', value: 'wks01', fields: { hostName: 'wks01' } };

  function steps(name: string, choice: string, start: { subject?: Entity; inputs?: Record<string, string> } = {}) {
    const loaded = loadPlaybooks([DIR], { catalogue, roles: ROLES, channels: ['soc'] }).playbooks.get(name);
    if (loaded === undefined) throw new Error(`no ${name}`);
    const built = buildScope({ playbook: loaded, subject: null, incident, alertId: '', inputs: {}, run, ...start });
    if ('refused' in built) throw new Error(built.why);
    const called: string[] = [];
    const { last } = drive(loaded, built.scope, (next) => {
      if (next.kind === 'action') {
        // What the step gives must be what the action takes.
        catalogue.get(next.step.action)?.input.parse(next.input);
        called.push(next.step.action);
      }
      return succeed({ choice, output: OUTPUT })(next);
    });
    expect(last).toEqual({ kind: 'done' });
    return called;
  }

  it('stop-compromised-user blocks, or closes both', () => {
    const opening = ['servicenow.create_incident', 'chat.post_incident'];
    const block = ['entra.disable_user', 'entra.revoke_sessions', 'paloalto.block_ip', 'servicenow.comment', 'sentinel.add_comment'];
    expect(steps('stop-compromised-user', 'block')).toEqual([...opening, ...block]);
    expect(steps('stop-compromised-user', 'ignore')).toEqual([...opening, 'sentinel.close_incident', 'servicenow.close_incident']);
  });

  it.each([
    ['block-user', 'block', account, ['entra.resolve_user', 'entra.disable_user', 'sentinel.add_comment']],
    ['block-user', 'ignore', account, ['entra.resolve_user']],
    ['revoke-sessions', 'sign_out', account, ['entra.resolve_user', 'entra.revoke_sessions', 'sentinel.add_comment']],
    ['revoke-sessions', 'ignore', account, ['entra.resolve_user']],
    ['block-ip', 'block', ip, ['paloalto.block_ip', 'sentinel.add_comment']],
    ['block-ip', 'ignore', ip, []],
    ['isolate-host', 'isolate', host, ['defender.find_machine', 'defender.isolate_machine', 'sentinel.add_comment']],
    ['isolate-host', 'ignore', host, ['defender.find_machine']],
  ])('%s does what is chosen: %s', (name, choice, subject, called) => {
    expect(steps(name, choice, { subject })).toEqual(called);
  });

  it.each(['TruePositive', 'BenignPositive', 'FalsePositive', 'Undetermined'])('close-incident closes as %s', (classification) => {
    expect(steps('close-incident', '', { inputs: { classification } })).toEqual(['sentinel.close_incident']);
  });
});

describe('the schema for editors', () => {
  it('is the one checked in (npm run schema makes it anew)', () => {
    expect(readFileSync(`${DIR}/playbook.schema.json`, 'utf8')).toBe(schemaText(catalogue));
  });

  it('accepts every shipped playbook, and refuses a wrong field, action or input', () => {
    const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(JSON.parse(schemaText(catalogue)));
    for (const name of FILES)
      expect(validate(parse(readFileSync(`${DIR}/${name}`, 'utf8'))), `${name} ${JSON.stringify(validate.errors)}`).toBe(true);
    const head = { name: 'x', description: 'y', on: { incident: {} } };
    expect(validate({ ...head, steps: [{ action: 'chat.post_incident', with: { channel: 'soc' } }] })).toBe(true);
    expect(validate({ ...head, steps: [{ action: 'chat.post_incident', with: { chanel: 'soc' } }] })).toBe(false);
    expect(validate({ ...head, steps: [{ action: 'chat.post_incidnt', with: { channel: 'soc' } }] })).toBe(false);
    expect(validate({ ...head, steps: [{ action: 'chat.post_incident', with: { channel: 'soc' }, tmeout: '5s' }] })).toBe(false);
    expect(validate({ ...head, steps: [{ if: 'x', steps: [{ wait: '5m' }], els: [] }] })).toBe(false);
  });
});
