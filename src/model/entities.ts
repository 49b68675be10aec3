// Makes entities: from the fields a system sent (tolerant), and from text a person typed for a known kind (strict).
// Pure. The key decides which two mentions are the same thing, so every constructor goes through `makeEntity`.
import { isIP, isIPv4 } from 'node:net';
import { domainToASCII } from 'node:url';
import { ENTITY_FIELDS, type Entity, type EntityKind } from './entity.ts';
import { isRefusal, type Refusal, refuse } from './errors.ts';
import { exposeHidden, refang, unwrapText } from './typed-text.ts';

const FIELD_LIMIT = 400;
const URL_LIMIT = 4000;

/**
 * An entity from what is known of it; fields that the kind does not have are ignored, missing ones are ''.
 * `key` is '' when nothing in it identifies anything: such an entity is not worth keeping.
 */
export function makeEntity(kind: EntityKind, known: Readonly<Record<string, string>>): Entity {
  const fields: Record<string, string> = {};
  for (const name of ENTITY_FIELDS[kind]) {
    fields[name] = exposeHidden((known[name] ?? '').trim()).slice(0, kind === 'url' ? URL_LIMIT : FIELD_LIMIT);
  }
  const identity = COMPLETE[kind](fields);
  return { kind, ...identity, fields };
}

interface Names {
  readonly key: string;
  readonly display: string;
  readonly value: string;
}

/** Fills in what follows from the other fields, and names the entity. */
const COMPLETE: Readonly<Record<EntityKind, (fields: Record<string, string>) => Names>> = {
  account: completeAccount,
  host: completeHost,
  ip(fields) {
    const address = canonicalIp(fields.address ?? '');
    fields.address = address;
    return { key: address.toLowerCase(), display: address, value: address };
  },
  url(fields) {
    const url = fields.url ?? '';
    return { key: URL.canParse(url) ? new URL(url).href : url, display: url, value: url };
  },
  dns(fields) {
    const domain = canonicalDomain(fields.domainName ?? '');
    fields.domainName = domain;
    return { key: domain, display: domain, value: domain };
  },
  filehash(fields) {
    const hash = (fields.hash ?? '').toLowerCase();
    const algorithm = fields.algorithm ?? '';
    fields.hash = hash;
    if (algorithm === '' || algorithm.toLowerCase() === 'unknown') fields.algorithm = HASH_NAMES[hash.length] ?? 'Unknown';
    return { key: hash, display: hash, value: hash };
  },
};

const HASH_NAMES: Readonly<Record<number, string>> = { 32: 'MD5', 40: 'SHA1', 64: 'SHA256' };

/** Well-known SIDs (S-1-5-18 is every machine's LocalSystem) name nobody; domain and Entra SIDs do. */
const PERSONAL_SID = /^S-1-(?:5-21|12-1)-/i;

function completeAccount(fields: Record<string, string>): Names {
  const read = (name: string): string => fields[name] ?? '';
  const full = /^([^\\@]*)\\(.+)$/.exec(read('name'));
  if (full !== null) {
    fields.ntDomain ||= full[1] ?? '';
    fields.name = full[2] ?? '';
  }
  const at = read('name').lastIndexOf('@');
  if (at > 0 && at < read('name').length - 1) {
    if (read('upn') === '') fields.upn = read('name');
    fields.upnSuffix ||= read('name').slice(at + 1);
    fields.name = read('name').slice(0, at);
  }
  if (read('upn') === '' && read('name') !== '' && read('upnSuffix') !== '') fields.upn = `${read('name')}@${read('upnSuffix')}`;
  if (read('upn').includes('@')) {
    fields.name ||= read('upn').slice(0, read('upn').lastIndexOf('@'));
    fields.upnSuffix ||= read('upn').slice(read('upn').lastIndexOf('@') + 1);
  }
  const qualified = read('name') !== '' && read('ntDomain') !== '' ? `${read('ntDomain')}\\${read('name')}` : '';
  const sid = PERSONAL_SID.test(read('sid')) ? read('sid') : '';
  const value = read('upn') || read('aadUserId') || sid || qualified || read('name') || read('displayName') || read('sid');
  const display = read('upn') || read('displayName') || qualified || read('name') || value;
  return { key: value.toLowerCase(), display, value };
}

function completeHost(fields: Record<string, string>): Names {
  const read = (name: string): string => fields[name] ?? '';
  const full = (read('fqdn') || (read('hostName').includes('.') && isIP(read('hostName')) === 0 ? read('hostName') : '')).replace(
    /\.$/,
    '',
  );
  if (full.includes('.')) {
    fields.hostName = full.slice(0, full.indexOf('.'));
    fields.dnsDomain ||= full.slice(full.indexOf('.') + 1);
  }
  const name = read('hostName') || read('netBiosName');
  fields.hostName = name;
  fields.fqdn = name !== '' && read('dnsDomain') !== '' ? `${name}.${read('dnsDomain')}` : full;
  const value = read('fqdn') || name || read('defenderId') || read('azureId');
  const display = read('fqdn') || name || read('azureId').split('/').at(-1) || value;
  return { key: value.toLowerCase(), display, value };
}

/** IPv6 in its shortest form, an IPv4 inside IPv6 as IPv4; anything that is no address stays as it is. */
function canonicalIp(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (mapped === null) return short;
  const bits = [mapped[1] ?? '', mapped[2] ?? ''].map((group) => Number.parseInt(group, 16));
  return bits.flatMap((group) => [group >> 8, group & 255]).join('.');
}

function canonicalDomain(domain: string): string {
  const bare = domain.replace(/\.$/, '').toLowerCase();
  return domainToASCII(bare) || bare;
}

/** The entity a person means by this text, or why it is none of that kind. Whole tokens only: nothing is picked out of a longer text. */
export function entityFromText(kind: EntityKind, text: string): Entity | Refusal {
  const value = refang(unwrapText(text));
  if (value === '') return refuse(`No ${kind} was given.`, EXAMPLES[kind]);
  const fields = value.length > URL_LIMIT ? null : READ[kind](value);
  if (fields === null) return refuse(`"${shown(value)}" is not ${NOUNS[kind]}${otherKind(kind, value)}.`, EXAMPLES[kind]);
  return isRefusal(fields) ? fields : makeEntity(kind, fields);
}

type Reader = (value: string) => Readonly<Record<string, string>> | Refusal | null;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?$/u;

const READ: Readonly<Record<EntityKind, Reader>> = {
  account: readAccount,
  host: readHost,
  ip: readIp,
  url: readUrl,
  dns: readDomain,
  filehash: readHash,
};

function readAccount(value: string): ReturnType<Reader> {
  if (/^<[@!#]/.test(value)) return refuse('A mention cannot be looked up here.', 'Type the user principal name, e.g. alice@contoso.com.');
  if (GUID.test(value)) return { aadUserId: value.toLowerCase() };
  if (/^S-1(?:-\d{1,10}){2,15}$/i.test(value)) return { sid: value.toUpperCase() };
  const upn = /^([^\s@\\/"<>()[\],;:|]{1,64})@(\S+)$/u.exec(value);
  if (upn !== null) return isDomain(upn[2] ?? '') ? { upn: value } : null;
  const qualified = /^([^\\/@\s"<>|:;,]{1,64})\\([^\\/@"<>|:;,]{1,64})$/u.exec(value);
  if (qualified !== null) return { ntDomain: qualified[1] ?? '', name: qualified[2] ?? '' };
  if (isIP(value) !== 0) return null;
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M} ._'’$-]{0,119}$/u.test(value) ? { name: value } : null;
}

function readHost(value: string): ReturnType<Reader> {
  const name = withoutScheme(value);
  if (/^[0-9a-f]{40}$/i.test(name)) return { defenderId: name.toLowerCase() };
  if (/^\/subscriptions\/[^/\s]+\/resourceGroups\/[^/\s]+\/providers\/[^\s]+\/[^/\s]+$/i.test(name)) return { azureId: name };
  const qualified = /^([^\\/@\s]{1,64})\\([^\\/@\s$]{1,63})\$?$/u.exec(name);
  if (qualified !== null)
    return LABEL.test(qualified[2] ?? '')
      ? { ntDomain: qualified[1] ?? '', hostName: qualified[2] ?? '', netBiosName: qualified[2] ?? '' }
      : null;
  if (isIP(name) !== 0) return null;
  if (LABEL.test(name)) return { hostName: name };
  return isDomain(name) ? { fqdn: name } : null;
}

function readIp(value: string): ReturnType<Reader> {
  const address = withoutScheme(value).replace(/^\[(.+)\]$/, '$1');
  if (address.includes('%')) return refuse(`"${shown(address)}" has a zone and means something on one machine only.`, EXAMPLES.ip);
  const [network = '', bits, ...rest] = address.split('/');
  if (isIP(network) !== 0 && bits !== undefined && rest.length === 0 && /^\d{1,3}$/.test(bits)) {
    return refuse(`"${shown(address)}" is a network; only single addresses can be used.`, EXAMPLES.ip);
  }
  return isIP(address) === 0 ? null : { address };
}

function readUrl(value: string): ReturnType<Reader> {
  if (/\s/.test(value) || !/^https?:\/\//i.test(value) || !URL.canParse(value)) return null;
  return { url: value };
}

function readDomain(value: string): ReturnType<Reader> {
  const domain = withoutScheme(value);
  return isDomain(domain) ? { domainName: domain } : null;
}

function readHash(value: string): ReturnType<Reader> {
  return /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/i.test(value) ? { hash: value } : null;
}

/** Slack makes a link of every name with a dot in it: `http://` before a bare host is its doing. A path is the person's. */
function withoutScheme(value: string): string {
  return /^https?:\/\/([^/\s?#]+)\/?$/i.exec(value)?.[1] ?? value;
}

function isDomain(value: string): boolean {
  const labels = value.replace(/\.$/, '').split('.');
  const last = labels.at(-1) ?? '';
  return (
    value.length <= 253 &&
    labels.length > 1 &&
    !/^\d+$/.test(last) &&
    labels.every((label) => LABEL.test(label)) &&
    domainToASCII(value) !== ''
  );
}

const NOUNS: Readonly<Record<EntityKind, string>> = {
  account: 'an account',
  host: 'a host',
  ip: 'an IP address',
  url: 'a URL',
  dns: 'a domain name',
  filehash: 'a file hash',
};

const EXAMPLES: Readonly<Record<EntityKind, string>> = {
  account: 'Give a user principal name (alice@contoso.com), DOMAIN\\user, object id, SID or name.',
  host: 'Give a host name (wks01 or wks01.contoso.com) or a Defender machine id.',
  ip: 'Give one IPv4 or IPv6 address, e.g. 203.0.113.50.',
  url: 'Give a whole address with http:// or https://.',
  dns: 'Give a domain such as login.example.net.',
  filehash: 'Give an MD5, SHA-1 or SHA-256: 32, 40 or 64 hexadecimal digits.',
};

function otherKind(kind: EntityKind, value: string): string {
  const found = guessKind(value);
  return found === null || found === kind ? '' : ` but looks like ${NOUNS[found]}`;
}

function guessKind(value: string): EntityKind | null {
  if (isIP(value) !== 0) return 'ip';
  if (readHash(value) !== null) return 'filehash';
  if (readUrl(value) !== null) return 'url';
  if (value.includes('@') && readAccount(value) !== null) return 'account';
  return isIPv4(value) ? 'ip' : isDomain(value) ? 'dns' : null;
}

function shown(value: string): string {
  return value.length > 80 ? `${value.slice(0, 80)}…` : value;
}
