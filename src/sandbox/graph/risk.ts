// Identity protection: confirm or dismiss a user's risk. One request a second for the whole tenant, and its 429 carries no Retry-After.
import { z } from 'zod';
import { type Answer, type Call, empty, json, Problem, readJson } from '../call.ts';
import type { World } from '../world.ts';
import type { Account } from './state.ts';
import { findAccount } from './users.ts';

const UserIds = z.strictObject({ userIds: z.array(z.guid()).min(1).max(60) });

export function listRiskyUsers(world: World, call: Call): Answer {
  throttle(world, call);
  const value = world.graph.users.filter(({ facts }) => facts.risk.state !== 'none').map(describe);
  return json(200, { '@odata.context': `${call.base}/v1.0/$metadata#identityProtection/riskyUsers`, value });
}

export function getRiskyUser(world: World, call: Call, [id = '']: readonly string[]): Answer {
  throttle(world, call);
  const account = findAccount(world, id);
  if (account.facts.risk.state === 'none') throw new Problem(404, 'NotFound', `No risk is recorded for the user ${id}.`);
  return json(200, { '@odata.context': `${call.base}/v1.0/$metadata#identityProtection/riskyUsers/$entity`, ...describe(account) });
}

export function confirmCompromised(world: World, call: Call): Answer {
  return setRisk(world, call, { level: 'high', state: 'confirmedCompromised', detail: 'adminConfirmedUserCompromised' });
}

export function dismissRisk(world: World, call: Call): Answer {
  return setRisk(world, call, { level: 'none', state: 'dismissed', detail: 'adminDismissedAllRiskForUser' });
}

function setRisk(world: World, call: Call, risk: { level: 'none' | 'high'; state: string; detail: string }): Answer {
  throttle(world, call);
  const body = UserIds.safeParse(readJson(call));
  if (!body.success) throw new Problem(400, 'BadRequest', `Invalid body: ${z.prettifyError(body.error)}`);
  const accounts = body.data.userIds.map((id) => findAccount(world, id));
  for (const { facts } of accounts) facts.risk = { ...risk, updated: call.now.toISOString() };
  return empty(204);
}

function throttle(world: World, call: Call): void {
  const now = call.now.getTime();
  if (now - world.graph.lastRiskCall < 1000) throw new Problem(429, 'TooManyRequests', 'Too many requests to identity protection.');
  world.graph.lastRiskCall = now;
}

function describe({ user, facts }: Account): Record<string, unknown> {
  return {
    id: user.id,
    userDisplayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    isDeleted: false,
    isProcessing: false,
    riskLevel: facts.risk.level,
    riskState: facts.risk.state,
    riskDetail: facts.risk.detail,
    riskLastUpdatedDateTime: facts.risk.updated,
  };
}
