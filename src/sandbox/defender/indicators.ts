// Indicators to block: created, or updated when the same value and type is there. Single values only, no networks.
import { isIP } from 'node:net';
import { z } from 'zod';
import { type Answer, type Call, json, Problem, readJson } from '../call.ts';
import type { World } from '../world.ts';

const Body = z
  .strictObject({
    indicatorValue: z.string().min(1),
    indicatorType: z.enum(['FileSha1', 'FileSha256', 'FileMd5', 'CertificateThumbprint', 'IpAddress', 'DomainName', 'Url']),
    action: z.enum(['Warn', 'Block', 'Audit', 'Alert', 'AlertAndBlock', 'BlockAndRemediate', 'Allowed']),
    title: z.string().min(1),
    description: z.string().min(1),
    application: z.string().optional(),
    expirationTime: z.iso.datetime({ offset: true }).optional(),
    severity: z.enum(['Informational', 'Low', 'Medium', 'High']).optional(),
    recommendedActions: z.string().optional(),
    rbacGroupNames: z.array(z.string()).optional(),
    generateAlert: z.boolean().optional(),
  })
  .refine((body) => body.action !== 'Audit' || body.generateAlert === true, 'The action Audit requires generateAlert true')
  .refine((body) => body.indicatorType !== 'IpAddress' || isIP(body.indicatorValue) !== 0, 'Not a single IP address');

export function postIndicator(world: World, call: Call): Answer {
  const parsed = Body.safeParse(readJson(call));
  if (!parsed.success) throw new Problem(400, 'InvalidInput', z.prettifyError(parsed.error));
  const { indicatorValue, indicatorType, ...fields } = parsed.data;
  const existing = world.defender.indicators.find(
    (known) => known.indicatorValue === indicatorValue && known.indicatorType === indicatorType,
  );
  if (existing !== undefined) {
    existing.fields = { ...fields, application: existing.fields.application };
    return json(200, { id: existing.id, indicatorValue, indicatorType, ...existing.fields });
  }
  const indicator = { id: String(world.defender.indicators.length + 1), indicatorValue, indicatorType, fields };
  world.defender.indicators.push(indicator);
  return json(200, {
    '@odata.context': `${call.base}/api/$metadata#Indicators/$entity`,
    id: indicator.id,
    indicatorValue,
    indicatorType,
    ...fields,
  });
}
