// The playbooks, rules and schema in the repository, with the real actions.
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createCatalogue } from '../../src/connectors/registry.ts';
import type { ActionCatalogue } from '../../src/model/action.ts';
import { loadPlaybooks } from '../../src/playbooks/load.ts';
import { schemaText } from '../../src/playbooks/schema.ts';
import { loadRules } from '../../src/rules/load.ts';
import { matchRules } from '../../src/rules/match.ts';
import { quietLog } from '../support/quiet-log.ts';
import { incident } from './support.ts';

const DIR = fileURLToPath(new URL('../../playbooks', import.meta.url));
const ROLES = ['analyst', 'admin', 'security-admins', 'network-admins'];
const FILES = readdirSync(DIR).filter((name) => name.endsWith('.yaml') && name !== 'automation-rules.yaml');

let catalogue: ActionCatalogue;
beforeAll(async () => {
  const connectors = { azure: null, sentinel: null, entra: null, defender: null, servicenow: null, paloalto: null, email: null };
  const unused = (): Promise<never> => Promise.reject(new Error('not called'));
  catalogue = await createCatalogue({
    settings: { ...connectors, http: { allowedHosts: [], allowedPrivateHosts: [] } },
    chat: { post: unused, update: unused, postIncident: unused },
    log: quietLog,
  });
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
