// automation-rules.yaml: what is read, and what is refused with line and hint.
import { describe, expect, it } from 'vitest';
import { loadRules, parseRules } from '../../src/rules/load.ts';
import { load, playbook } from '../playbooks/support.ts';

const WAIT = '- { wait: 5m }';
const playbooks = new Map([
  ['on-incident', load(playbook(WAIT, { on: 'incident: {}' }))],
  ['on-alert', load(playbook(WAIT, { on: 'alert: {}' }))],
  ['on-entity', load(playbook(WAIT, { on: 'entity: account' }))],
  ['needy', load(playbook(WAIT, { on: 'incident: {}', head: 'inputs: { why: { type: string } }' }))],
]);

function read(text: string) {
  const { rules, problems, warnings } = parseRules(text, 'rules.yaml', { playbooks });
  const said = (found: typeof problems) =>
    found.map(({ line, message, hint }) => `${line}: ${message}${hint === undefined ? '' : ` (${hint})`}`);
  return { rules, problems: said(problems), warnings: said(warnings) };
}

function rule(body: string): string {
  return `rules:\n- { name: a, order: 1, trigger: incident-created, actions: [{ run_playbook: on-incident }], ${body} }`;
}

function condition(text: string): string {
  return rule(`conditions: [${text}]`);
}

it('reads rules into their order', () => {
  const text = `rules:
- { name: later, order: 20, trigger: alert-created, enabled: false, expires: "2026-12-31T00:00:00Z", actions: [{ run_playbook: on-alert }] }
- name: first
  order: 10
  trigger: incident-updated
  conditions:
  - { property: AccountName, operator: NotEquals, values: [admin] }
  - { property: IncidentLabel, operator: Contains, values: [vip], collection: true }
  - { entities: [account] }
  actions: [{ run_playbook: on-incident }, { run_playbook: on-incident }]
`;
  expect(read(text)).toMatchObject({
    rules: [
      {
        name: 'first',
        enabled: true,
        expires: '',
        conditions: [
          { kind: 'property', property: 'AccountName', operator: 'NotEquals', values: ['admin'], collection: false },
          { kind: 'property', property: 'IncidentLabel', collection: true },
          { kind: 'entities', entities: ['account'] },
        ],
        actions: [
          { kind: 'run_playbook', playbook: 'on-incident' },
          { kind: 'run_playbook', playbook: 'on-incident' },
        ],
      },
      { name: 'later', enabled: false, expires: '2026-12-31T00:00:00Z' },
    ],
    problems: [],
    warnings: [],
  });
});

describe('a rule is refused for', () => {
  it.each([
    ['an unknown field', rule('tirgger: x'), '2: unknown field tirgger (did you mean trigger?)'],
    ['an order out of range', rule('x: 1').replace('order: 1', 'order: 1001').replace(', x: 1', ''), '2: order must be at most 1000'],
    ['a time that is none', rule('expires: tomorrow'), '2: expires must be a time in UTC such as 2026-12-31T00:00:00Z'],
    [
      'an unknown property',
      condition('{ property: AcountName, operator: Equals, values: [a] }'),
      '2: unknown property AcountName (did you mean AccountName?)',
    ],
    [
      'an unknown operator',
      condition('{ property: AccountName, operator: Is, values: [a] }'),
      '2: operator must be Equals, NotEquals, Contains, NotContains, StartsWith, NotStartsWith, EndsWith or NotEndsWith',
    ],
    [
      'an operator the property does not have',
      condition('{ property: IncidentSeverity, operator: Contains, values: [High] }'),
      '2: IncidentSeverity cannot be compared by Contains (it has Equals, NotEquals)',
    ],
    [
      'a value that cannot be',
      condition('{ property: IncidentSeverity, operator: Equals, values: [Hihg] }'),
      '2: IncidentSeverity is never Hihg (did you mean High?)',
    ],
    ['an empty value', condition('{ property: AccountName, operator: Contains, values: [""] }'), '2: an entry of values must not be empty'],
    [
      'a collection of something else',
      condition('{ property: AccountName, operator: Contains, values: [a], collection: true }'),
      '2: collection goes with IncidentLabel alone (leave it out)',
    ],
    ['an unknown kind', condition('{ entities: [user] }'), '2: an entry of entities must be account, host, ip, url, dns or filehash'],
    [
      'an unknown playbook',
      rule('x: 1').replace('on-incident', 'on-incidnt').replace(', x: 1', ''),
      '2: unknown playbook on-incidnt (did you mean on-incident?)',
    ],
    [
      'an entity playbook',
      rule('x: 1').replace('on-incident', 'on-entity').replace(', x: 1', ''),
      '2: on-entity runs on an entity: incident-created rules run incident playbooks (take a playbook with on: { incident: ... })',
    ],
    [
      'an alert playbook on an incident',
      rule('x: 1').replace('on-incident', 'on-alert').replace(', x: 1', ''),
      '2: on-alert runs on an alert: incident-created rules run incident playbooks (take a playbook with on: { incident: ... })',
    ],
    [
      'a playbook that needs inputs',
      rule('x: 1').replace('on-incident', 'needy').replace(', x: 1', ''),
      '2: needy needs why, which a rule cannot give (give those inputs a default in the playbook)',
    ],
    ['a YAML error', 'rules: [', '1: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]'],
    ['another file', 'steps: []', '1: unknown field steps (there is rules)'],
  ])('%s', (_name, text, problem) => {
    const { rules, problems } = read(text);
    expect(problems).toContain(problem);
    expect(rules).toEqual([]);
  });

  it('an incident property on an alert', () => {
    const text =
      'rules:\n- { name: a, order: 1, trigger: alert-created, conditions: [{ property: IncidentTitle, operator: Equals, values: [a] }], actions: [{ run_playbook: on-alert }] }';
    expect(read(text).problems).toEqual([
      '2: IncidentTitle cannot be a condition of alert-created (only AlertAnalyticRuleIds and entities can)',
    ]);
  });
});

it('loads the rules that are right beside one that is not, and says both', () => {
  const good = '- { name: good, order: 5, trigger: incident-created, actions: [{ run_playbook: on-incident }] }';
  const { rules, problems, warnings } = read(
    `rules:\n${good}\n${good.replace('good', 'bad').replace('on-incident', 'nothing')}\n${good.replace('good', 'twin')}\n${good}`,
  );
  expect(rules.map(({ name }) => name)).toEqual(['good', 'twin']);
  expect(problems).toEqual([
    '3: unknown playbook nothing (there is on-incident, on-alert, on-entity, needy)',
    '5: there are two rules called good (rename one)',
  ]);
  expect(warnings).toContain('4: twin and good have the same order: they run by name (give each its own number)');
});

it('says when the file is not there', () => {
  expect(loadRules('no/such/file.yaml', { playbooks }).problems).toMatchObject([
    { file: 'no/such/file.yaml', line: 1, hint: 'check PICKET_RULES' },
  ]);
});
