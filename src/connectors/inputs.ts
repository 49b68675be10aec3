// Input shapes that several connectors share: an entity as the playbook knows it, or the text a person typed.
import { z } from 'zod';
import type { EntityKind } from '../model/entity.ts';

function entityOf<K extends EntityKind>(kind: K) {
  return z.object({
    kind: z.literal(kind),
    key: z.string(),
    display: z.string(),
    value: z.string(),
    fields: z.record(z.string(), z.string()),
  });
}

const typed = z.string().trim().min(1).max(512);

export const AccountInput = z
  .union([entityOf('account'), typed])
  .describe('The account: an account entity, a UPN, mail address, object id or name');
export type AccountInput = z.output<typeof AccountInput>;

export const HostInput = z.union([entityOf('host'), typed]).describe('The machine: a host entity, a host name or a Defender machine id');
export type HostInput = z.output<typeof HostInput>;

export const IpInput = z.union([entityOf('ip'), typed]).describe('The address: an ip entity or an IPv4 or IPv6 address');
export type IpInput = z.output<typeof IpInput>;

/** What a person reads for an input that is an entity or typed text. */
export function displayOf(input: string | { readonly display: string }): string {
  return typeof input === 'string' ? input : input.display;
}
