// The automation rules of one incident, one after the other under the incident's lock. Progress is saved rule by rule, so that
// a crash goes on at the next rule; a rule that was done is never done twice for the same version.
import { recordAudit } from '../audit/audit.ts';
import type { Engine } from '../engine/engine.ts';
import type { Started } from '../engine/start.ts';
import { messageOf } from '../model/errors.ts';
import type { Incident } from '../model/incident.ts';
import type { Log } from '../model/log.ts';
import { matchRules } from '../rules/match.ts';
import type { AutomationRule } from '../rules/rule.ts';
import type { Store, Tx } from '../store/db.ts';
import type { RulesPending } from './receive.ts';

export interface RuleWork {
  readonly store: Store;
  readonly engine: Engine;
  readonly rules: () => readonly AutomationRule[];
  readonly log: Log;
}

/** Applies what is pending for the incident. Safe to call at any time, from any replica. */
export async function applyRules(work: RuleWork, incidentId: string): Promise<void> {
  for (;;) {
    let started: Started | null = null;
    const more = await work.store.transaction(async (tx) => {
      started = null;
      const { rows } = await tx.query<{ body: Incident; rules_pending: RulesPending | null }>(
        'SELECT body, rules_pending FROM incident WHERE id = $1 FOR UPDATE',
        [incidentId],
      );
      const row = rows[0];
      if (row === undefined || row.rules_pending === null) return false;
      const pending = row.rules_pending;
      const next = matchRules(work.rules(), { kind: pending.event, incident: row.body, at: new Date().toISOString() }).find(
        (rule) => !pending.done.includes(rule.name),
      );
      if (next === undefined) {
        const { changedAt } = pending;
        const following: RulesPending | null = changedAt === undefined ? null : { event: 'incident-updated', version: changedAt, done: [] };
        await tx.query('UPDATE incident SET rules_pending = $2 WHERE id = $1', [
          incidentId,
          following === null ? null : JSON.stringify(following),
        ]);
        return following !== null;
      }
      started = await apply(work, tx, next, row.body, pending);
      await tx.query('UPDATE incident SET rules_pending = $2 WHERE id = $1', [
        incidentId,
        JSON.stringify({ ...pending, done: [...pending.done, next.name] }),
      ]);
      return true;
    });
    if (started !== null) work.engine.launch(started);
    if (!more) return;
  }
}

async function apply(work: RuleWork, tx: Tx, rule: AutomationRule, incident: Incident, pending: RulesPending): Promise<Started | null> {
  let launched: Started | null = null;
  const outcomes: string[] = [];
  for (const [position, action] of rule.actions.entries()) {
    const started = await work.engine.startIn(tx, {
      playbook: action.playbook,
      subject: { kind: 'incident', incidentId: incident.id },
      incident,
      inputs: {},
      cause: { kind: 'rule', rule: rule.name },
      place: null,
      key: `rule:${incident.id}:${pending.version}:${rule.name}:${position}`,
    });
    if ('refused' in started) outcomes.push(`${action.playbook}: ${started.why}`);
    else {
      outcomes.push(`${action.playbook}: run ${started.number}`);
      launched = launched === null ? started : { ...started, bursts: [...launched.bursts, ...started.bursts] };
    }
  }
  await recordAudit(tx, {
    kind: 'rule applied',
    who: `rule ${rule.name}`,
    what: { incident: incident.id, number: incident.number, outcomes },
  });
  work.log.info('rule applied', { rule: rule.name, incidentId: incident.id, outcomes });
  return launched;
}

/** Incidents whose rules a crash left unapplied; looked for at start-up and every few seconds. */
export async function applyLeftRules(work: RuleWork): Promise<void> {
  const { rows } = await work.store.query<{ id: string }>(
    `SELECT id FROM incident WHERE rules_pending IS NOT NULL AND updated_at < now() - interval '2 seconds' ORDER BY created_at LIMIT 100`,
  );
  for (const { id } of rows) {
    try {
      await applyRules(work, id);
    } catch (error) {
      // One that cannot be applied must not keep the others waiting.
      work.log.warn('rules left by a crash could not be applied; they will be tried again', { incidentId: id, error: messageOf(error) });
    }
  }
}
