// type=user-id: register and unregister. What is there already, or not there, is an error per entry; the other entries are done.
// The XML of that error: kevinsteves/pan-python, pull request 1.
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Answer, type Call, Problem } from '../call.ts';
import type { World } from '../world.ts';
import { liveRegistrations } from './state.ts';
import { respond } from './xml.ts';

const MAX_TIMEOUT_S = 2_592_000;

const Member = z.union([
  z.string().transform((tag) => ({ tag, timeout: 0 })),
  z
    .strictObject({ '#text': z.string(), '@timeout': z.string().regex(/^\d+$/).optional() })
    .transform((member) => ({ tag: member['#text'], timeout: Number(member['@timeout'] ?? 0) })),
]);
const Entries = z.strictObject({
  entry: z.array(
    z.strictObject({
      '@ip': z.string(),
      '@persistent': z.enum(['0', '1']).default('1'),
      tag: z.strictObject({ member: z.array(Member).min(1) }),
    }),
  ),
});
type Entries = z.infer<typeof Entries>;
const Message = z.strictObject({
  'uid-message': z.strictObject({
    version: z.enum(['1.0', '2.0']).optional(),
    type: z.literal('update'),
    payload: z.strictObject({ register: Entries.optional(), unregister: Entries.optional() }),
  }),
});

interface Failure {
  readonly ip: string;
  readonly message: string;
}

export function updateTags(world: World, call: Call, document: unknown): Answer {
  const parsed = Message.safeParse(document);
  if (!parsed.success) throw new Problem(200, '17', `Invalid uid-message: ${z.prettifyError(parsed.error)}`);
  const { register, unregister } = parsed.data['uid-message'].payload;
  if (register === undefined && unregister === undefined) throw new Problem(200, '17', 'The payload is empty');
  for (const entries of [register, unregister]) check(entries);
  world.panos.registrations = liveRegistrations(world.panos, call.now);
  const removed = unregister === undefined ? [] : remove(world, unregister);
  const added = register === undefined ? [] : add(world, call, register);
  if (removed.length + added.length === 0) {
    const payload = { ...(unregister && { unregister: '' }), ...(register && { register: '' }) };
    return respond('success', { result: { 'uid-response': { version: '2.0', payload } } });
  }
  const payload = { ...(removed.length > 0 && { unregister: list(removed) }), ...(added.length > 0 && { register: list(added) }) };
  return respond('error', { msg: { line: { 'uid-response': { version: '2.0', payload } } } });
}

function check(entries: Entries | undefined): void {
  for (const entry of entries?.entry ?? []) {
    if (isIP(entry['@ip']) === 0) throw new Problem(200, '17', `Invalid address '${entry['@ip']}'`);
    for (const { timeout } of entry.tag.member) {
      if (timeout > MAX_TIMEOUT_S) throw new Problem(200, '17', `The timeout must be 0 to ${MAX_TIMEOUT_S} seconds`);
    }
  }
}

function add(world: World, call: Call, entries: Entries): Failure[] {
  const failures: Failure[] = [];
  for (const { '@ip': ip, '@persistent': persistent, tag: tags } of entries.entry) {
    for (const { tag, timeout } of tags.member) {
      if (world.panos.registrations.some((known) => known.ip === ip && known.tag === tag)) {
        failures.push({ ip, message: `tag ${tag} already exists, ignore` });
        continue;
      }
      const expiresAt = timeout === 0 ? '' : new Date(call.now.getTime() + timeout * 1000).toISOString();
      world.panos.registrations.push({ ip, tag, persistent: persistent === '1', registeredAt: call.now.toISOString(), expiresAt });
    }
  }
  return failures;
}

function remove(world: World, entries: Entries): Failure[] {
  const failures: Failure[] = [];
  for (const { '@ip': ip, tag: tags } of entries.entry) {
    for (const { tag } of tags.member) {
      const left = world.panos.registrations.filter((known) => known.ip !== ip || known.tag !== tag);
      if (left.length === world.panos.registrations.length) failures.push({ ip, message: `tag ${tag} does not exist, ignore unreg` });
      world.panos.registrations = left;
    }
  }
  return failures;
}

function list(failures: readonly Failure[]): { entry: Record<string, string>[] } {
  return { entry: failures.map(({ ip, message }) => ({ '@ip': ip, '@message': message })) };
}
