// Every form in which Sentinel tells of incidents, alerts and entities, and what hostile or broken senders make of them.
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAlertTrigger, parseEntityTrigger, parseIncident, parseIncidentTrigger } from '../../../src/connectors/sentinel/parse.ts';
import { time } from '../../../src/connectors/sentinel/read.ts';
import { ActionError } from '../../../src/model/errors.ts';

const ARM =
  '/subscriptions/11111111-2222-4333-8444-555555555555/resourceGroups/rg-soc/providers/Microsoft.OperationalInsights/workspaces/contoso/providers/Microsoft.SecurityInsights/Incidents/0d9c2e4a-6f1b-4c55-9a37-2b8e5d7f1c60';

const alertProperties = {
  systemAlertId: 'a-1',
  alertDisplayName: 'Impossible travel',
  severity: 'High',
  productName: 'Azure Sentinel',
  alertType: 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee_7d3b5a90-0000-4e6f-9c11-123456789abc',
  tactics: ['InitialAccess'],
  startTimeUtc: '2026-11-20T08:00:00Z',
  endTimeUtc: '2026-11-20T08:10:00.1234567Z',
  additionalData: { 'Custom Details': '{"Country":["ZZ","YY"],"Risk":"[\\"high\\"]"}' },
};

const account = {
  kind: 'Account',
  properties: { accountName: 'alice', upnSuffix: 'contoso.com', aadUserId: '0f1e2d3c-4b5a-4697-8879-6a5b4c3d2e1f' },
};

const incident = {
  id: ARM,
  etag: '"e1"',
  properties: {
    title: 'Impossible travel',
    severity: 'High',
    status: 'New',
    incidentNumber: 4711,
    owner: { objectId: null, email: null, assignedTo: null, userPrincipalName: null },
    labels: [{ labelName: 'identity', labelType: 'User' }],
    additionalData: { AlertsCount: 2, tactics: ['InitialAccess'], alertProductNames: ['Azure Sentinel'] },
    incidentUrl: 'https://portal.azure.com/#incident',
    createdTimeUtc: '2026-11-20T08:15:20.4420011Z',
    alerts: [{ id: 'x', kind: 'SecurityAlert', properties: alertProperties }],
    relatedEntities: [
      account,
      { kind: 'Ip', properties: { address: '203.0.113.50' } },
      { kind: 'DnsResolution', properties: { domainName: 'Login.example.net' } },
      { kind: 'Process', properties: { processId: '1' } },
    ],
  },
};

describe('incidents', () => {
  it('reads the body of the incident trigger', () => {
    const read = parseIncidentTrigger({
      eventUniqueId: 'd-1',
      objectEventType: 'Update',
      workspaceInfo: { WorkspaceName: 'contoso' },
      workspaceId: 'w',
      incidentUpdates: { updatedFields: ['Status'], updatedBy: { name: 'bob@contoso.com' } },
      object: incident,
    });
    expect(read).toMatchObject({
      event: 'updated',
      deliveryId: 'd-1',
      workspace: { id: 'w', name: 'contoso' },
      updates: { fields: ['Status'], by: 'bob@contoso.com' },
    });
    expect(read.incident).toMatchObject({
      key: ARM.toLowerCase(),
      armId: ARM,
      number: 4711,
      etag: '"e1"',
      owner: null,
      tags: ['identity'],
      tactics: ['InitialAccess'],
      alertsCount: 2,
      createdTime: '2026-11-20T08:15:20.442Z',
    });
    expect(read.incident.entities.map((entity) => entity.key)).toEqual(['alice@contoso.com', '203.0.113.50', 'login.example.net']);
    expect(read.incident.alerts[0]).toMatchObject({
      id: 'a-1',
      analyticRuleId: '7d3b5a90-0000-4e6f-9c11-123456789abc',
      endTime: '2026-11-20T08:10:00.123Z',
      customDetails: { Country: ['ZZ', 'YY'], Risk: ['high'] },
    });
  });

  it('puts the separate answers of the API together', () => {
    const { alerts: _alerts, relatedEntities: _entities, ...bare } = incident.properties;
    const read = parseIncident(
      { ...incident, properties: bare },
      { alerts: { value: [{ kind: 'SecurityAlert', properties: alertProperties }] }, entities: { entities: [account], metaData: [] } },
    );
    expect(read.alerts).toHaveLength(1);
    expect(read.entities.map((entity) => entity.value)).toEqual(['alice@contoso.com']);
  });

  it('cuts a title of 20 000 characters and keeps hostile text as it is', () => {
    const hostile = '<!channel> [x](javascript:alert(1)) ${{ 1 }} \u202e';
    const read = parseIncident({
      ...incident,
      properties: { ...incident.properties, title: hostile + 'x'.repeat(20_000), incidentUrl: 'javascript:alert(1)' },
    });
    expect(read.title).toHaveLength(500);
    expect(read.title.startsWith(hostile)).toBe(true);
    expect(read.url).toBe('');
  });

  it('holds nothing that a database refuses: no NUL, no half surrogate pair', () => {
    const title = parseIncident({ id: ARM, properties: { title: `a\0b\ud83d${'😀'.repeat(400)}` } }).title;
    expect(title).not.toContain('\0');
    expect(title.isWellFormed()).toBe(true);
  });

  it.each([
    ['null', null, /no "id"/],
    ['a list', [], /no "id"/],
    ['no properties', { id: ARM }, /no "properties"/],
    ['an id that no index can hold', { id: `/${'\u00e9'.repeat(500)}`, properties: {} }, /longer than 1000 bytes/],
    ['an id that is no ARM id', { id: 'https://example.net', properties: {} }, /not an ARM id/],
  ])('refuses %s naming the field', (_name, body, message) => {
    expect(() => parseIncident(body)).toThrow(ActionError);
    expect(() => parseIncident(body)).toThrow(message);
  });

  it('survives any value in any field', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(incident.properties)), fc.jsonValue()), (properties) => {
        const read = parseIncident({ id: ARM, properties });
        expect(read.title).toMatch(/./s);
        expect(read.entities).toBeInstanceOf(Array);
      }),
      { numRuns: 200 },
    );
  });
});

describe('alerts', () => {
  it('follows references into nested objects, and reads JSON in strings', () => {
    const entities = [
      { $id: '1', Type: 'process', ImageFile: { $id: '9', Type: 'filehash', Algorithm: 'MD5', Value: 'AB'.repeat(16) } },
      { $ref: '9' },
      { $ref: 'nowhere' },
      { $id: '2', Type: 'host', HostName: 'WKS01', DnsDomain: 'contoso.com', OsVersion: null },
      { $ref: '2' },
      { $id: '3', Type: 'account', Name: 'Administrator' },
      { $id: '4', Type: 'account', Name: 'WKS01$', NTDomain: 'CONTOSO', Sid: 'S-1-5-18', Host: { $ref: '2' } },
    ];
    const { alert, workspace } = parseAlertTrigger({
      SystemAlertId: 's-1',
      AlertDisplayName: 'Registry persistence',
      Severity: 'low',
      StartTimeUtc: '2018-09-27 16:59:16',
      Intent: 'Persistence, Execution',
      WorkspaceId: 'w-1',
      Entities: JSON.stringify(entities),
      ExtendedProperties: '{"Custom Details":"{\\"Country\\":[\\"ZZ\\"]}"}',
    });
    expect(alert.entities.map((entity) => entity.value)).toEqual(['ab'.repeat(16), 'WKS01.contoso.com', 'CONTOSO\\WKS01$']);
    expect(alert).toMatchObject({
      severity: 'Low',
      startTime: '2018-09-27T16:59:16.000Z',
      tactics: ['Persistence', 'Execution'],
      customDetails: { Country: ['ZZ'] },
    });
    expect(workspace.id).toBe('w-1');
  });

  it('refuses an alert without an id', () => {
    expect(() => parseAlertTrigger({ AlertDisplayName: 'x' })).toThrow(/SystemAlertId/);
  });
});

describe('entity triggers', () => {
  it('reads PascalCase properties, whatever the case', () => {
    const body = { Entity: { id: '/x', kind: 'Account', properties: { Name: 'alice', upnSuffix: 'contoso.com' } }, IncidentArmID: null };
    expect(parseEntityTrigger(body)).toMatchObject({ entity: { value: 'alice@contoso.com' }, incidentArmId: '' });
  });

  it('refuses kinds that no playbook can be started on', () => {
    expect(() => parseEntityTrigger({ Entity: { kind: 'Mailbox', properties: {} } })).toThrow(/none of Account/);
  });
});

describe('times', () => {
  it.each([
    ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.000Z'],
    ['2026-11-20T08:15:20.4420011Z', '2026-11-20T08:15:20.442Z'],
    ['2026-11-20T08:15:20.4+01:00', '2026-11-20T07:15:20.400Z'],
    ['2018-09-27 16:59:16', '2018-09-27T16:59:16.000Z'],
    ['11/16/2020, 8:40:20.842 PM', '2020-11-16T20:40:20.842Z'],
    ['0001-01-01T00:00:00Z', ''],
    ['yesterday', ''],
    [null, ''],
  ])('reads %j as %j', (given, iso) => {
    expect(time(given)).toBe(iso);
  });
});

const samples = new URL('../../../../shared/specs/samples/', import.meta.url);
describe.skipIf(!existsSync(samples))('published samples (skipped without ../shared/specs)', () => {
  const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, samples), 'utf8'));

  it('reads the composed trigger bodies', () => {
    const created = parseIncidentTrigger(read('trigger/composed/incident-trigger_create.json'));
    expect(created.incident.entities.map((entity) => entity.kind)).toEqual(
      expect.arrayContaining(['account', 'host', 'ip', 'url', 'dns', 'filehash']),
    );
    expect(parseIncidentTrigger(read('trigger/composed/incident-trigger_update.json')).updates.fields).toContain('Status');
    expect(parseAlertTrigger(read('trigger/composed/alert-trigger.json')).alert.entities).toHaveLength(6);
    expect(parseAlertTrigger(read('trigger/alert_security-alert-with-entities.json')).alert.entities.length).toBeGreaterThan(1);
  });
});
