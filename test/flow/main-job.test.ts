// The main job, whole: an incident arrives, the admins are asked everywhere, the first answer counts everywhere.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { asks } from '../support/hands.ts';
import { isDisabled, runEnds, type Soc, startSoc } from '../support/soc.ts';

const FULL = process.env.PICKET_FLOW === 'full';
const STARTS = ['rule', 'console', 'slack'] as const;
const DECISIONS = ['console', 'slack', 'email'] as const;
const CHOICES = ['Block', 'Ignore'] as const;

/** Every pair of start and decision; with PICKET_FLOW=full every choice of each. */
const STORIES = STARTS.flatMap((start, i) =>
  DECISIONS.flatMap((decision, j) =>
    CHOICES.filter((_, k) => FULL || (i + j + k) % 2 === 0).map((choice) => ({ start, decision, choice })),
  ),
);

describe('the main job', () => {
  let soc: Soc;
  let runs = 0;
  beforeAll(async () => {
    soc = await startSoc();
  });
  afterAll(async () => soc.close());

  for (const { start, decision, choice } of STORIES) {
    it(`starts by ${start}, is decided in ${decision}: ${choice}`, async () => {
      const upn = await enabledUser(soc);
      const ip = `203.0.113.${10 + runs}`;
      const incident = await incidentArrives(soc.app, soc.sandbox, {
        severity: start === 'rule' ? 'High' : 'Medium',
        entities: [
          { kind: 'Account', properties: { accountName: upn.split('@')[0], upnSuffix: 'contoso.com' } },
          { kind: 'Ip', properties: { address: ip } },
        ],
      });
      if (start !== 'rule')
        expect(await soc.hands[start].command('bob', `run stop-compromised-user ${incident.number}`)).toContain('accepted');
      runs += 1;
      const run = runs;
      const question = `Block ${upn} and ${ip}?`;

      for (const place of ['console', 'slack'] as const) {
        await until(
          async () => (await soc.hands[place].texts('carol')).some((text) => text.includes(question)),
          `the question stands in ${place}`,
        );
        await until(
          async () => (await soc.hands[place].texts('carol')).some((text) => text.includes(`#${incident.number}`)),
          `the incident stands in ${place}`,
        );
      }
      for (const admin of ['carol', 'dave']) {
        await until(async () => (await soc.hands.email.texts(admin)).some((html) => html.includes(ip)), `${admin} has a mail`);
      }
      expect(isDisabled(await soc.state(), upn)).toBe(false);

      await soc.hands[decision].press('carol', question, choice);
      await runEnds(soc, run, 'succeeded');
      const state = await soc.state();
      const ticket = state.tickets.at(-1);
      const closed = state.incidents.find((one) => one.number === incident.number);
      if (choice === 'Block') {
        expect(isDisabled(state, upn)).toBe(true);
        expect(state.blocked.filter((entry) => entry.ip === ip)).toHaveLength(1);
        expect(ticket?.journal.some((entry) => entry.value.includes('Block by Carol Ortiz'))).toBe(true);
        expect(closed).toMatchObject({ status: 'New' });
        expect(closed?.comments).toHaveLength(1);
      } else {
        expect(isDisabled(state, upn)).toBe(false);
        expect(state.blocked.some((entry) => entry.ip === ip)).toBe(false);
        expect(closed).toMatchObject({ status: 'Closed', classification: 'BenignPositive' });
        expect(['6', '7']).toContain(ticket?.state);
      }
      for (const place of ['console', 'slack'] as const) {
        await until(async () => {
          const copies = (await soc.hands[place].texts('carol')).filter((text) => text.includes(question));
          return copies.some((text) => text.includes(`${choice} by Carol Ortiz`) && text.includes(ip)) && !copies.some(asks);
        }, `the outcome stands in ${place}, with the evidence, and nothing asks any more`);
      }
      const late = await soc.hands.email.press('dave', question, choice === 'Block' ? 'Ignore' : 'Block');
      expect(late).toContain('Carol Ortiz');
      soc.slack.expectNoProblems();
    });
  }
});

/** Somebody whom no story has disabled yet; the sandbox's directory has enough people. */
async function enabledUser(soc: Soc): Promise<string> {
  const user = (await soc.state()).users.find(
    (one) => one.accountEnabled && !one.administrator && one.userType === 'Member' && !one.onPremisesSyncEnabled,
  );
  if (user === undefined) throw new Error('every user of the sandbox is disabled: reset it');
  return user.userPrincipalName;
}
