// Which rules apply, by the semantics of Microsoft Sentinel.
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/model/entity.ts';
import type { RuleEvent } from '../../src/rules/event.ts';
import { holds, matchRules } from '../../src/rules/match.ts';
import type { Operator } from '../../src/rules/operators.ts';
import type { PropertyName } from '../../src/rules/properties.ts';
import type { AutomationRule, Condition } from '../../src/rules/rule.ts';
import { account, incident, ip } from '../playbooks/support.ts';

const bob: Entity = { ...account, key: 'bob', fields: { ...account.fields, name: 'bob' } };
const unnamed: Entity = { ...account, key: 'sid', fields: { ...account.fields, name: '', sid: 'S-1' } };

function rule(changes: Partial<AutomationRule> = {}): AutomationRule {
  return { name: 'r', order: 1, trigger: 'incident-created', enabled: true, expires: '', conditions: [], actions: [], ...changes };
}

function event(changes: Partial<RuleEvent['incident']> = {}, more: Partial<RuleEvent> = {}): RuleEvent {
  return { kind: 'incident-created', incident: { ...incident, ...changes }, at: '2026-06-01T12:00:00Z', ...more };
}

function property(name: PropertyName, operator: Operator, values: readonly string[], collection = false): Condition {
  return { kind: 'property', property: name, operator, values, collection };
}

function fits(name: PropertyName, operator: Operator, values: readonly string[], on = event()): boolean {
  return holds(rule({ conditions: [property(name, operator, values)] }), on);
}

describe('operators', () => {
  it.each([
    ['Equals', ['impossible TRAVEL'], true],
    ['Equals', ['other', 'Impossible travel'], true],
    ['Equals', ['Impossible'], false],
    ['NotEquals', ['other', 'another'], true],
    ['NotEquals', ['other', 'Impossible travel'], false],
    ['Contains', ['x', 'BLE TR'], true],
    ['Contains', ['x', 'y'], false],
    ['NotContains', ['x', 'y'], true],
    ['NotContains', ['x', 'travel'], false],
    ['StartsWith', ['x', 'impossible'], true],
    ['StartsWith', ['travel'], false],
    ['NotStartsWith', ['travel', 'x'], true],
    ['NotStartsWith', ['x', 'Imp'], false],
    ['EndsWith', ['x', 'TRAVEL'], true],
    ['EndsWith', ['Impossible'], false],
    ['NotEndsWith', ['Impossible', 'x'], true],
    ['NotEndsWith', ['x', 'vel'], false],
  ] as const)('%s %j is %s of the title', (operator, values, expected) => {
    expect(fits('IncidentTitle', operator, values)).toBe(expected);
  });
});

describe('properties', () => {
  it.each([
    ['IncidentDescription', 'Contains', ['x'], false],
    ['IncidentSeverity', 'Equals', ['high', 'low'], true],
    ['IncidentStatus', 'NotEquals', ['Closed'], true],
    ['IncidentTactics', 'Contains', ['InitialAccess'], true],
    ['IncidentTactics', 'NotContains', ['Impact', 'initialaccess'], false],
    ['IncidentProviderName', 'Equals', ['azure sentinel'], true],
    ['IncidentRelatedAnalyticRuleIds', 'Contains', ['rule-1'], true],
    ['AlertProductNames', 'Contains', ['sentinel'], true],
    ['AccountName', 'Equals', ['ALICE'], true],
    ['AccountUPNSuffix', 'EndsWith', ['contoso.com'], true],
    ['IPAddress', 'StartsWith', ['203.0.113.'], true],
    ['HostName', 'Equals', ['wks01'], false],
    ['HostName', 'NotEquals', ['wks01'], true],
    ['Url', 'Contains', ['x'], false],
    ['DNSDomainName', 'NotContains', ['x'], true],
    ['FileHashValue', 'Equals', ['x'], false],
  ] as const)('%s %s %j is %s', (name, operator, values, expected) => {
    expect(fits(name, operator, values)).toBe(expected);
  });

  it('of several entities: one that matches is enough, and one that matches is enough to fail a negative', () => {
    const two = event({ entities: [account, bob, ip] });
    expect(fits('AccountName', 'Equals', ['bob'], two)).toBe(true);
    expect(fits('AccountName', 'NotEquals', ['bob'], two)).toBe(false);
    expect(fits('AccountName', 'NotEquals', ['carol'], two)).toBe(true);
  });

  it('that an entity does not have are as if it were not there', () => {
    const only = event({ entities: [unnamed] });
    expect(fits('AccountName', 'StartsWith', ['a'], only)).toBe(false);
    expect(fits('AccountName', 'NotStartsWith', ['a'], only)).toBe(true);
    expect(fits('AccountSid', 'Equals', ['s-1'], only)).toBe(true);
  });

  it('of tags hold when any individual tag satisfies them, the collection when the whole does', () => {
    const tagged = event({ tags: ['vip', 'test'] });
    expect(fits('IncidentLabel', 'Equals', ['VIP'], tagged)).toBe(true);
    expect(fits('IncidentLabel', 'NotEquals', ['vip'], tagged)).toBe(true);
    expect(fits('IncidentLabel', 'NotEquals', ['vip', 'test'], tagged)).toBe(false);
    expect(fits('IncidentLabel', 'NotEquals', ['vip'], event({ tags: [] }))).toBe(false);
    const collection = (operator: Operator, tags: readonly string[]): boolean =>
      holds(rule({ conditions: [property('IncidentLabel', operator, ['vip'], true)] }), event({ tags }));
    expect(collection('NotContains', ['vip', 'test'])).toBe(false);
    expect(collection('NotContains', [])).toBe(true);
    expect(collection('Contains', ['test', 'VIP'])).toBe(true);
  });

  it('of an alert that was created are those of the alert', () => {
    const alert = {
      id: 'a',
      title: '',
      description: '',
      severity: 'High',
      productName: '',
      analyticRuleId: 'rule-9',
      tactics: [],
      startTime: '',
      endTime: '',
      entities: [ip],
      customDetails: {},
    } as const;
    const created = event({}, { kind: 'alert-created', alert });
    expect(fits('AlertAnalyticRuleIds', 'Equals', ['rule-9'], created)).toBe(true);
    expect(holds(rule({ conditions: [{ kind: 'entities', entities: ['account'] }] }), created)).toBe(false);
    expect(holds(rule({ conditions: [{ kind: 'entities', entities: ['ip'] }] }), created)).toBe(true);
  });
});

describe('rules', () => {
  const names = (rules: readonly AutomationRule[], on = event()): readonly string[] => matchRules(rules, on).map(({ name }) => name);

  it('apply by order, equal numbers by name', () => {
    expect(
      names([
        rule({ name: 'c', order: 1000 }),
        rule({ name: 'b', order: 2 }),
        rule({ name: 'a', order: 2 }),
        rule({ name: 'd', order: 1 }),
      ]),
    ).toEqual(['d', 'a', 'b', 'c']);
  });

  it('apply when all conditions hold, and always when there are none', () => {
    const high = property('IncidentSeverity', 'Equals', ['High']);
    const both: Condition = { kind: 'entities', entities: ['account', 'ip'] };
    const rules = [rule({ name: 'none' }), rule({ name: 'all', conditions: [high, both] })];
    expect(names(rules)).toEqual(['all', 'none']);
    expect(names(rules, event({ severity: 'Low' }))).toEqual(['none']);
    expect(names(rules, event({ entities: [account] }))).toEqual(['none']);
  });

  it('that are disabled, expired or for something else are skipped', () => {
    const rules = [
      rule({ name: 'disabled', enabled: false }),
      rule({ name: 'expired', expires: '2026-06-01T12:00:00Z' }),
      rule({ name: 'expires later', expires: '2026-06-01T12:00:01Z' }),
      rule({ name: 'updated', trigger: 'incident-updated' }),
    ];
    expect(names(rules)).toEqual(['expires later']);
    expect(names(rules, event({}, { kind: 'incident-updated' }))).toEqual(['updated']);
  });
});
