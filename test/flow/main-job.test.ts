// The main job, whole: an incident arrives, the admins are asked everywhere, the first answer counts everywhere.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { asks } from '../support/hands.ts';
import { enableUser, isDisabled, runEnds, type Soc, startSoc } from '../support/soc.ts';

const FULL = process.env.PICKET_FLOW === 'full';
const UPN = 'alice@contoso.com';
const PLACES = ['console', 'slack', 'teams'] as const;
const STARTS = ['rule', ...PLACES] as const;
const DECISIONS = [...PLACES, 'email'] as const;
const CHOICES = ['Block', 'Ignore'] as const;

/** Every pair of start and decision; with PICKET_FLOW=full every choice of each. */
const STORIES = STARTS.flatMap((start, i) =>
  DECISIONS.flatMap((decision, j) =>
    CHOICES.filter((_, k) => FULL || (i + j + k) % 2 === 0).map((choice) => ({ start, decision, choice })),
  ),
);

interface Story {
  readonly incident: number;
  readonly run: number;
  readonly ip: string;
  readonly question: string;
}

describe('the main job', () => {
  let soc: Soc;
  let runs = 0;
  beforeAll(async () => {
    soc = await startSoc();
  });
  afterAll(async () => soc.close());

  /** An incident arrives and the playbook starts; the question and the incident stand everywhere, and nothing is changed. */
  const begin = async (start: (typeof STARTS)[number]): Promise<Story> => {
    const ip = `203.0.113.${10 + runs}`;
    const { number } = await incidentArrives(soc.app, soc.sandbox, {
      severity: start === 'rule' ? 'High' : 'Medium',
      entities: [
        { kind: 'Account', properties: { accountName: 'alice', upnSuffix: 'contoso.com' } },
        { kind: 'Ip', properties: { address: ip } },
      ],
    });
    if (start !== 'rule') expect(await soc.hands[start].command('bob', `run stop-compromised-user ${number}`)).toContain('accepted');
    runs += 1;
    const question = `Block ${UPN} and ${ip}?`;
    for (const place of PLACES) {
      const shows = async (claim: (text: string) => boolean): Promise<boolean> => (await soc.hands[place].texts('carol')).some(claim);
      await until(() => shows((text) => text.includes(question) && asks(text)), `the question stands in ${place}`);
      await until(() => shows((text) => text.includes(`#${number}`)), `the incident stands in ${place}`);
    }
    for (const admin of ['carol', 'dave']) {
      await until(async () => (await soc.hands.email.texts(admin)).some((html) => html.includes(ip)), `${admin} has a mail`);
    }
    expect(isDisabled(await soc.state(), UPN)).toBe(false);
    return { incident: number, run: runs, ip, question };
  };

  /** Every copy of the question tells the outcome beside the evidence, and none asks any more. */
  const tells = async ({ question, ip }: Story, outcome: string): Promise<void> => {
    for (const place of PLACES) {
      await until(async () => {
        const copies = (await soc.hands[place].texts('carol')).filter((text) => text.includes(question));
        return copies.some((text) => text.includes(outcome) && text.includes(ip)) && !copies.some(asks);
      }, `the outcome stands in ${place}, with the evidence, and nothing asks any more`);
    }
    soc.slack.expectNoProblems();
    soc.teams.expectNoProblems();
  };

  for (const { start, decision, choice } of STORIES) {
    it(`starts by ${start}, is decided in ${decision}: ${choice}`, async () => {
      const story = await begin(start);
      await soc.hands[decision].press('carol', story.question, choice);
      await runEnds(soc, story.run, 'succeeded');
      const state = await soc.state();
      const ticket = state.tickets.at(-1);
      const incident = state.incidents.find((one) => one.number === story.incident);
      expect(isDisabled(state, UPN)).toBe(choice === 'Block');
      expect(state.blocked.filter((entry) => entry.ip === story.ip)).toHaveLength(choice === 'Block' ? 1 : 0);
      if (choice === 'Block') {
        expect(ticket?.journal.some((entry) => entry.value.includes('Block by Carol Ortiz'))).toBe(true);
        expect(incident).toMatchObject({ status: 'New' });
        expect(incident?.comments).toHaveLength(1);
        await enableUser(soc, UPN);
      } else {
        expect(incident).toMatchObject({ status: 'Closed', classification: 'BenignPositive' });
        expect(['6', '7']).toContain(ticket?.state);
      }
      await tells(story, `${choice} by Carol Ortiz`);
      const late = await soc.hands.email.press('dave', story.question, choice === 'Block' ? 'Ignore' : 'Block');
      expect(late).toContain('Carol Ortiz');
    });
  }

  for (const start of STARTS) {
    it(`starts by ${start}, and nobody answers: the next level is asked, then it ends and changes nothing`, async () => {
      const story = await begin(start);
      const overdue = `UPDATE approval SET expires_at = now() - interval '1 minute' WHERE outcome IS NULL`;
      await soc.database.store.query(overdue);
      await until(
        async () => (await soc.database.store.query('SELECT 1 FROM approval WHERE outcome IS NULL AND level = 1')).rows.length === 1,
        'the next level is asked',
      );
      await soc.database.store.query(overdue);
      await runEnds(soc, story.run, 'expired');
      await tells(story, 'Nobody answered');
      const state = await soc.state();
      expect(isDisabled(state, UPN)).toBe(false);
      expect(state.blocked.some((entry) => entry.ip === story.ip)).toBe(false);
      expect(state.incidents.find((one) => one.number === story.incident)).toMatchObject({ status: 'New' });
      expect(state.tickets.at(-1)).toMatchObject({ state: '1' });
    });
  }
});
