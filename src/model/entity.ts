// Entities as Microsoft Sentinel names them, in one shape for API, trigger and typed-in forms.

export const ENTITY_KINDS = ['account', 'host', 'ip', 'url', 'dns', 'filehash'] as const;
/** The six kinds a playbook can be triggered on (Sentinel's entity trigger). */
export type EntityKind = (typeof ENTITY_KINDS)[number];

/**
 * The fields of each kind, all strings, '' when unknown. Names follow the REST API of Sentinel in camelCase
 * (Azure/azure-rest-api-specs, securityinsights 2024-03-01, EntityTypes), with `upn` and `fqdn` put together.
 */
export const ENTITY_FIELDS = {
  account: ['upn', 'name', 'upnSuffix', 'ntDomain', 'sid', 'aadUserId', 'aadTenantId', 'displayName'],
  host: ['fqdn', 'hostName', 'dnsDomain', 'ntDomain', 'netBiosName', 'azureId', 'defenderId', 'osFamily', 'osVersion'],
  ip: ['address'],
  url: ['url'],
  dns: ['domainName'],
  filehash: ['algorithm', 'hash'],
} as const satisfies Record<EntityKind, readonly string[]>;

/** One Account, Host, IP, URL, DNS domain or FileHash. */
export interface Entity {
  readonly kind: EntityKind;
  /** Canonical identity within its kind, lower-cased where the kind is case-insensitive: equal keys are the same entity. */
  readonly key: string;
  /** What a person reads: `alice@contoso.com`, `WKS01.contoso.com`, `203.0.113.50`. */
  readonly display: string;
  /** The plain value to hand to an outside system: UPN or object id, FQDN, address, URL, domain, hash. */
  readonly value: string;
  /** Every field of ENTITY_FIELDS[kind]. */
  readonly fields: Readonly<Record<string, string>>;
}
