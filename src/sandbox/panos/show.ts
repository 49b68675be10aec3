// type=op: which addresses are registered, for one address, one tag or all, in pages of at most 500.
import { z } from 'zod';
import { type Answer, type Call, Problem } from '../call.ts';
import type { World } from '../world.ts';
import { liveRegistrations } from './state.ts';
import { respond } from './xml.ts';

const PAGE = 500;

const Show = z.strictObject({
  show: z.strictObject({
    object: z.strictObject({
      'registered-ip': z.strictObject({
        ip: z.string().optional(),
        tag: z.strictObject({ entry: z.array(z.strictObject({ '@name': z.string() })).length(1) }).optional(),
        all: z.literal('').optional(),
        limit: z.string().regex(/^\d+$/).optional(),
        'start-point': z.string().regex(/^\d+$/).optional(),
      }),
    }),
  }),
});

export function showRegistered(world: World, call: Call, command: unknown): Answer {
  const parsed = Show.safeParse(command);
  if (!parsed.success) throw new Problem(200, '17', `Unknown or invalid op command: ${z.prettifyError(parsed.error)}`);
  const wanted = parsed.data.show.object['registered-ip'];
  const tag = wanted.tag?.entry[0]?.['@name'];
  const live = liveRegistrations(world.panos, call.now);
  const found = live
    .filter((known) => wanted.ip === undefined || known.ip === wanted.ip)
    .filter((known) => tag === undefined || known.tag === tag);
  const addresses = [...new Set(found.map(({ ip }) => ip))];
  const start = Number(wanted['start-point'] ?? 1) - 1;
  const shown = addresses.slice(start, start + Math.min(PAGE, Number(wanted.limit ?? PAGE)));
  const entry = shown.map((ip) => {
    const tags = live.filter((known) => known.ip === ip);
    return {
      '@ip': ip,
      '@from_agent': '0',
      '@persistent': tags.some(({ persistent }) => persistent) ? '1' : '0',
      tag: { member: tags.map((known) => known.tag) },
    };
  });
  return respond('success', { result: { ...(entry.length > 0 && { entry }), count: String(shown.length) } });
}
