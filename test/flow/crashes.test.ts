// The whole of Picket killed at its worst moments: what was decided is done once, every card ends in the right state.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, incidentArrives, startApp } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { asks, mailHands } from '../support/hands.ts';
import { isDisabled, runEnds, runStatus, type Soc, startSoc } from '../support/soc.ts';

const QUESTION = 'Block alice@contoso.com and 203.0.113.50?';

describe('the main job across crashes', () => {
  let soc: Soc;
  beforeEach(async () => {
    soc = await startSoc();
  });
  afterEach(async () => soc.close());

  const asked = async (): Promise<void> => {
    for (const place of ['console', 'slack', 'teams'] as const)
      await until(
        async () => (await soc.hands[place].texts('carol')).some((text) => text.includes(QUESTION) && asks(text)),
        `the question stands in ${place}`,
      );
  };
  /** Every copy of the question shows the outcome and asks no more. */
  const cardsTell = async (outcome: string): Promise<void> => {
    for (const place of ['console', 'slack', 'teams'] as const) {
      await until(async () => {
        const copies = (await soc.hands[place].texts('carol')).filter((text) => text.includes(QUESTION));
        return copies.some((text) => text.includes(outcome)) && !copies.some(asks);
      }, `the outcome stands in ${place} and nothing asks any more`);
    }
  };
  const decided = async (): Promise<void> =>
    until(async () => (await soc.database.store.query('SELECT 1 FROM decision')).rows.length === 1, 'the decision is committed');

  it('killed inside a step: the ticket is opened once, the question stands once', async () => {
    await soc.fault({ system: 'servicenow', match: { method: 'POST' }, kind: 'lost-answer', times: 1 });
    await soc.fault({ system: 'servicenow', match: { method: 'GET' }, kind: 'delay', ms: 3_000, times: 1 });
    await incidentArrives(soc.app, soc.sandbox);
    await until(
      async () => (await soc.state()).tickets.some((ticket) => ticket.journal !== undefined && ticket.state === '1'),
      'the ticket was made, its answer is lost',
    );
    await soc.app.kill();
    await soc.clearFaults();
    await soc.restart();
    await asked();
    const { rows } = await soc.database.store.query(
      `SELECT 1 FROM run_step WHERE action = 'servicenow.create_incident' AND status = 'done'`,
    );
    expect(rows).toHaveLength(1);
    expect((await soc.state()).tickets.filter((ticket) => ticket.state === '1')).toHaveLength(1);
    const questions = (await soc.hands.slack.texts('carol')).filter((text) => text.includes(QUESTION) && asks(text));
    expect(questions).toHaveLength(1);
  });

  it('killed while waiting: a click after the restart decides', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    await soc.app.kill();
    await soc.restart();
    await soc.hands.slack.press('carol', QUESTION, 'Block');
    await runEnds(soc, 1, 'succeeded');
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(true);
    await cardsTell('Block by Carol Ortiz');
  });

  it('killed right after the decision committed: it is carried out after the restart', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    await soc.fault({ system: 'graph', kind: 'delay', ms: 5_000, times: 1 });
    const pressed = soc.hands.console.press('carol', QUESTION, 'Block').catch(() => '');
    await decided();
    await soc.app.kill();
    await pressed;
    await soc.clearFaults();
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(false);
    await soc.restart();
    await runEnds(soc, 1, 'succeeded');
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(true);
    await cardsTell('Block by Carol Ortiz');
  });

  it('killed between the decision and the edit of the cards: every copy is edited after the restart', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    soc.slack.faults.next('chat.update', { kind: 'delay', ms: 5_000 }, 20);
    await soc.hands.console.press('carol', QUESTION, 'Ignore');
    await runEnds(soc, 1, 'succeeded');
    await soc.app.kill();
    soc.slack.faults.clear();
    await soc.restart();
    await cardsTell('Ignore by Carol Ortiz');
    expect((await soc.state()).incidents.at(-1)).toMatchObject({ status: 'Closed' });
  });

  it('the limit passed while it was down: nothing is changed, the next level is asked, then it expires', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    await soc.app.kill();
    await soc.database.store.query(`UPDATE approval SET expires_at = now() - interval '1 minute'`);
    await soc.restart();
    await until(
      async () => (await soc.database.store.query('SELECT 1 FROM approval WHERE level = 1')).rows.length === 1,
      'the next level is asked',
    );
    await soc.database.store.query(`UPDATE approval SET expires_at = now() - interval '1 minute'`);
    await runEnds(soc, 1, 'expired');
    await cardsTell('Nobody answered');
    const state = await soc.state();
    expect(isDisabled(state, 'alice@contoso.com')).toBe(false);
    expect(state.incidents.at(-1)).toMatchObject({ status: 'New' });
    expect(state.tickets.filter((ticket) => ticket.state === '1')).toHaveLength(1);
    expect(await soc.hands.email.press('dave', QUESTION, 'Block')).toContain('Nobody');
  });

  it('two admins racing in two processes: one decision, one effect, both told', async () => {
    const second = await startApp({ ...soc.settings, port: await freePort(), consolePort: 0 }, soc.sandbox);
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    const elsewhere = mailHands(() => soc.sandbox, { port: second.port });
    const answers = await Promise.all([soc.hands.slack.press('carol', QUESTION, 'Block'), elsewhere.press('dave', QUESTION, 'Ignore')]);
    await until(async () => ['succeeded'].includes(await runStatus(soc, 1)), 'the run ends');
    const { rows } = await soc.database.store.query<{ choice: string }>('SELECT choice FROM decision');
    expect(rows).toHaveLength(1);
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(rows[0]?.choice === 'block');
    expect(answers.every((answer) => answer !== '')).toBe(true);
    await second.stop();
  });

  it('a wrong person clicks: told privately why and who could; nothing changes', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    for (const place of ['console', 'slack', 'teams'] as const) {
      for (const who of ['bob', 'erin']) {
        const told = await soc.hands[place].press(who, QUESTION, 'Block');
        expect(told).toContain('Carol Ortiz');
      }
    }
    expect(await runStatus(soc, 1)).toBe('waiting');
    expect((await soc.database.store.query('SELECT 1 FROM vote')).rows).toEqual([]);
  });

  it('cancel racing a click: one of them wins, and the cards tell which', async () => {
    await incidentArrives(soc.app, soc.sandbox);
    await asked();
    await Promise.all([soc.hands.slack.press('carol', QUESTION, 'Ignore'), soc.hands.console.command('dave', 'cancel 1')]);
    await until(async () => ['succeeded', 'cancelled'].includes(await runStatus(soc, 1)), 'the run ends');
    // A click that came first stands, also when the run is cancelled a moment later.
    const { rows } = await soc.database.store.query<{ outcome: string }>('SELECT outcome FROM decision');
    expect(rows).toHaveLength(1);
    await cardsTell(rows[0]?.outcome === 'cancelled' ? 'Cancelled by Dave Lindqvist' : 'Ignore by Carol Ortiz');
  });
});
