// Entities in both spellings, API (kind `Ip`, camelCase) and trigger (Type `ip`, PascalCase, `$id` and `$ref`), into the one model.
// Kinds that no playbook can be triggered on (Process, File, Malware ...) are left out; what is nested in them is not a target.
import { makeEntity } from '../../model/entities.ts';
import type { Entity, EntityKind } from '../../model/entity.ts';
import { isObject, type Json, list, pick, text } from './read.ts';

const KINDS: Readonly<Record<string, EntityKind>> = {
  account: 'account',
  host: 'host',
  ip: 'ip',
  ipaddress: 'ip',
  url: 'url',
  urlentity: 'url',
  dns: 'dns',
  dnsresolution: 'dns',
  'dns-resolution': 'dns',
  filehash: 'filehash',
};

/** Names that say nothing about who is meant; Sentinel drops accounts known by them alone (entities reference, Account). */
const BUILT_IN = new Set([
  'admin',
  'administrator',
  'system',
  'root',
  'anonymous',
  'authenticated user',
  'network',
  'null',
  'local system',
  'localsystem',
  'network service',
]);

/** Every field of the model with the names it has outside. The first that is there counts. */
const FIELD_NAMES: Readonly<Record<EntityKind, Readonly<Record<string, readonly string[]>>>> = {
  account: {
    upn: ['userPrincipalName', 'upn'],
    name: ['accountName', 'name'],
    upnSuffix: ['upnSuffix'],
    ntDomain: ['ntDomain'],
    sid: ['sid'],
    aadUserId: ['aadUserId'],
    aadTenantId: ['aadTenantId'],
    displayName: ['displayName'],
  },
  host: {
    fqdn: ['fqdn'],
    hostName: ['hostName'],
    dnsDomain: ['dnsDomain'],
    ntDomain: ['ntDomain'],
    netBiosName: ['netBiosName'],
    azureId: ['azureID', 'resourceId'],
    defenderId: ['mdatpDeviceId', 'defenderId'],
    osFamily: ['osFamily'],
    osVersion: ['osVersion'],
  },
  ip: { address: ['address'] },
  url: { url: ['url'] },
  dns: { domainName: ['domainName'] },
  filehash: { algorithm: ['algorithm'], hash: ['hashValue', 'value'] },
};

/** Entities of a list, each once, references followed. At most 500, Sentinel's own limit for an alert. */
export function parseEntities(value: unknown): readonly Entity[] {
  const items = list(value);
  const known = indexById(items);
  const found = new Map<string, Entity>();
  for (const item of items) {
    const entity = parseEntity(follow(item, known));
    if (entity !== null && !found.has(`${entity.kind}:${entity.key}`)) found.set(`${entity.kind}:${entity.key}`, entity);
    if (found.size === 500) break;
  }
  return [...found.values()];
}

/** One entity in either spelling; null when its kind is none of the six or nothing in it identifies anything. */
export function parseEntity(value: unknown): Entity | null {
  if (!isObject(value)) return null;
  const kind = KINDS[kindName(value)];
  if (kind === undefined) return null;
  const properties = pick(value, 'properties');
  const source = isObject(properties) ? properties : value;
  const fields: Record<string, string> = {};
  for (const [field, names] of Object.entries(FIELD_NAMES[kind])) {
    fields[field] =
      text(pick(source, ...names), 4000) || text(pick(pick(source, 'additionalData'), ...names.filter((name) => name !== 'name')), 4000);
  }
  const entity = makeEntity(kind, fields);
  const nameless = entity.key === '' || (kind === 'account' && BUILT_IN.has(entity.key));
  return nameless ? null : entity;
}

/** `kind` in API bodies; `Type` in alerts; in API bodies `type` is the ARM type and says nothing. */
function kindName(value: Json): string {
  const named = text(pick(value, 'kind')) || text(pick(value, 'type'));
  return named.toLowerCase();
}

/** Objects by `$id`, nested ones too: a reference may point into another entity. Depth is bounded, the sender is not trusted. */
function indexById(items: readonly unknown[]): ReadonlyMap<string, Json> {
  const known = new Map<string, Json>();
  const visit = (value: unknown, depth: number): void => {
    if (depth > 6 || known.size > 5000) return;
    if (Array.isArray(value)) {
      for (const item of value) visit(item, depth + 1);
      return;
    }
    if (!isObject(value)) return;
    const id = text(value.$id);
    if (id !== '' && !known.has(id)) known.set(id, value);
    for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(items, 0);
  return known;
}

function follow(item: unknown, known: ReadonlyMap<string, Json>): unknown {
  if (!isObject(item)) return item;
  const reference = text(item.$ref);
  return reference === '' ? item : known.get(reference);
}
