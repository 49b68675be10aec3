// Tells addresses of the internet from those that mean something in the own network, or nothing at all (IANA special-purpose registries).
import { BlockList, isIP, isIPv4 } from 'node:net';

const SPECIAL: readonly (readonly [string, number, string])[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'for benchmarks'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['64:ff9b::', 96, 'a translated IPv4 address'],
  ['64:ff9b:1::', 48, 'a translated IPv4 address'],
  ['100::', 64, 'reserved'],
  ['2002::', 16, 'a tunnelled IPv4 address'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
];

const LISTS = SPECIAL.map(([network, prefix, what]) => {
  const list = new BlockList();
  list.addSubnet(network, prefix, isIPv4(network) ? 'ipv4' : 'ipv6');
  return { list, what, family: isIP(network) };
});

/**
 * What is special about an address (`private`, `loopback` ...), '' for one of the internet. Documentation networks count as
 * the internet: nothing is there, and examples and tests need addresses that are nobody's. An IPv4 inside IPv6 is judged as IPv4.
 */
export function specialUse(address: string): string {
  const mapped = /^::(?:ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1] ?? address;
  const family = isIP(mapped);
  if (family === 0 || mapped.includes('%')) return 'not one address';
  if (/^::ffff:/i.test(mapped) && family === 6) return 'an IPv4 address in disguise';
  return LISTS.find((entry) => entry.family === family && entry.list.check(mapped, family === 4 ? 'ipv4' : 'ipv6'))?.what ?? '';
}
