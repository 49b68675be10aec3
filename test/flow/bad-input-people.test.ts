// People who type and press what cannot be: each is told in private what is wrong and who could, and nothing is changed.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { until } from '../support/effects.ts';
import { slackHands } from '../support/hands.ts';
import { isDisabled, type Soc, startSoc } from '../support/soc.ts';

let soc: Soc;
beforeAll(async () => {
  soc = await startSoc();
  await incidentArrives(soc.app, soc.sandbox, { severity: 'Low', title: 'Only looked at' });
  await until(async () => (await soc.hands.slack.texts('bob')).some((text) => text.includes('Only looked at')), 'the card stands');
});
afterAll(async () => soc.close());
afterEach(() => soc.slack.expectNoProblems());

const count = async (table: 'run' | 'vote' | 'decision'): Promise<number> =>
  (await soc.database.store.query(`SELECT 1 FROM ${table}`)).rows.length;

/** Calls to outside systems that change something. */
async function writes(): Promise<readonly string[]> {
  const made: { system: string; method: string; path: string }[] = JSON.parse(
    await (await fetch(`${soc.sandbox.url}/control/requests`)).text(),
  );
  return made.filter(({ system, method }) => method !== 'GET' && system !== 'login').map(({ system, path }) => `${system} ${path}`);
}

describe.each(['console', 'slack'] as const)('in %s', (place) => {
  it.each<[string, string, string, readonly string[]]>([
    ['an unknown playbook', 'bob', 'run blok-user alice', ['no playbook', 'Did you mean block-user?']],
    ['an unknown command', 'bob', 'rum block-user alice', ['no command', 'Did you mean /playbook run?']],
    ['an unknown user', 'bob', 'run block-user zoe', ['Nobody in Entra ID is called', 'zoe']],
    ['an ambiguous name', 'bob', 'run block-user Alex', ['could be 2 people', 'alex.sample@contoso.com', 'alex.specimen@contoso.com']],
    ['a name that only begins alike', 'bob', 'run block-user Alic', ['called exactly', 'alice@contoso.com']],
    ['no target', 'bob', 'run block-user', ['needs a target: account']],
    ['an address instead of an account', 'bob', 'run block-user 203.0.113.50', ['is a value of kind ip', 'takes account']],
    ['an account instead of an address', 'bob', 'run block-ip alice@contoso.com', ['is not an IP address', 'looks like an account']],
    ['a network', 'bob', 'run block-ip 203.0.113.0/24', ['only single addresses']],
    ['an incident that is not there', 'bob', 'run close-incident 4040404', ['no incident']],
    ['an account instead of an incident', 'bob', 'run stop-compromised-user alice', ['no incident', 'runs on an incident']],
    ['an input that does not exist', 'bob', 'run block-user alice reson=x', ['no input reson', 'Did you mean reason?']],
    ['an input of the wrong type', 'bob', 'run block-ip 203.0.113.9 for=soon', ['for must be a duration', 'soon']],
    ['a choice that is not offered', 'bob', 'run isolate-host wks01 type=Half', ['type must be one of Full, Selective']],
    ['a quote that never ends', 'bob', 'run block-user "alice', ['never closed']],
    ['a person without the role', 'erin', 'run block-user alice', ['may not run block-user', 'role analyst', 'Ask Bob Weber']],
    ['a run that is not there', 'bob', 'cancel 4040404', ['no run 4040404']],
  ])('%s', async (_what, who, text, words) => {
    const told = await soc.hands[place].command(who, text);
    for (const word of words) expect(told).toContain(word);
    expect(await count('run')).toBe(0);
    expect(await writes()).toEqual([]);
    const others = await soc.hands[place].texts('dave');
    expect(others.some((one) => one.includes(words[0] ?? ''))).toBe(false);
  });
});

it('somebody whom Picket does not know is told so on Slack, and whom to ask', async () => {
  const stranger = soc.slack.addUser({ name: 'mallory', email: 'mallory@example.net' });
  const seats = { ...soc.seats, users: { mallory: stranger } };
  const told = await slackHands(seats).command('mallory', 'run block-user alice');
  expect(told).toContain('does not know you');
  expect(told).toContain('Carol');
  expect(await count('run')).toBe(0);
});

describe('a click', () => {
  const started = async (ip: string): Promise<{ number: string; question: string }> => {
    const told = await soc.hands.console.command('bob', `run block-ip ${ip}`);
    const number = /Run (\d+) accepted/.exec(told)?.[1] ?? '';
    const question = `Block ${ip} for 7d?`;
    for (const place of ['console', 'slack'] as const)
      await until(async () => (await soc.hands[place].texts('carol')).some((text) => text.includes(question)), `it is asked in ${place}`);
    await until(async () => (await soc.hands.email.texts('dave')).some((html) => html.includes(ip)), 'it is asked by mail');
    return { number, question };
  };
  /** Presses a button that the card showed once, on every surface, and answers what is told. */
  const pressedLate = async (question: string): Promise<readonly string[]> => {
    const { slack, channel, users } = soc.seats;
    const dave = users.dave;
    if (dave === undefined) throw new Error('dave is not on Slack');
    const message = slack.messages(channel, { as: dave }).findLast((one) => JSON.stringify(one.blocks).includes(question));
    if (message === undefined) throw new Error('no card on Slack');
    const before = slack.messages(channel, { as: dave }).length;
    await slack.click(dave, message, { verb: 'decide', choice: 'block', stale: true });
    await until(() => slack.messages(channel, { as: dave }).length > before, 'dave is answered on Slack');
    const { rows } = await soc.database.store.query<{ id: string; message: string }>(
      `SELECT a.id, s.message_id AS message FROM approval a JOIN surface s ON s.subject_id = a.id
       WHERE a.question LIKE $1 AND s.place->>'platform' = 'console'`,
      [`${question}%`],
    );
    const base = soc.app.consoleUrl.replace(/\/$/, '');
    const inConsole = (await soc.hands.console.texts('dave')).length;
    const clicked = await fetch(`${base}/api/clicks`, {
      method: 'POST',
      headers: { origin: base, 'content-type': 'application/json' },
      body: JSON.stringify({ as: 'dave', message: rows[0]?.message, verb: 'decide', id: rows[0]?.id, choice: 'block' }),
    });
    expect(clicked.status).toBe(200);
    return [
      JSON.stringify(slack.messages(channel, { as: dave }).slice(before)),
      (await soc.hands.console.texts('dave')).slice(inConsole).join('\n'),
      await soc.hands.email.press('dave', question, 'Block'),
    ];
  };
  const isBlocked = async (ip: string): Promise<boolean> => (await soc.state()).blocked.some((entry) => entry.ip === ip);

  it('by the wrong person is refused in private, with the reason and who could; the card still asks', async () => {
    const { question } = await started('203.0.113.21');
    for (const place of ['console', 'slack'] as const) {
      for (const [who, name] of [
        ['bob', 'Bob Weber'],
        ['erin', 'Erin Novak'],
      ] as const) {
        const told = await soc.hands[place].press(who, question, 'Block');
        expect(told).toContain(`${name} may not decide this: that takes the role admin`);
        expect(told).toMatch(/Ask Carol Ortiz or Dave/);
      }
      expect(await soc.hands[place].buttons('carol', question)).toEqual(expect.arrayContaining(['Block', 'Ignore']));
      expect((await soc.hands[place].texts('carol')).some((text) => text.includes('may not decide'))).toBe(false);
    }
    expect(await count('vote')).toBe(0);
    await soc.hands.console.press('carol', question, 'Ignore');
  });

  it('on a decided question is told what was decided, on every surface', async () => {
    const { question } = await started('203.0.113.22');
    await soc.hands.slack.press('carol', question, 'Ignore');
    for (const told of await pressedLate(question)) expect(told).toMatch(/Carol Ortiz[\s\S]*changed nothing/);
    expect(await isBlocked('203.0.113.22')).toBe(false);
  });

  it('on a cancelled question is told who cancelled it, on every surface', async () => {
    const { number, question } = await started('203.0.113.23');
    expect(await soc.hands.console.command('erin', `cancel ${number}`)).toContain('may not cancel');
    expect(await soc.hands.slack.command('bob', `cancel ${number}`)).toContain(`Run ${number} is cancelled`);
    for (const told of await pressedLate(question)) expect(told).toMatch(/cancelled by Bob Weber/);
    expect(await isBlocked('203.0.113.23')).toBe(false);
  });

  it('on an expired question is told that it ran out of time, on every surface', async () => {
    const { question } = await started('203.0.113.24');
    await soc.database.store.query(`UPDATE approval SET expires_at = now() - interval '1 second' WHERE question LIKE $1`, [`${question}%`]);
    for (const told of await pressedLate(question)) expect(told).toMatch(/ran out of time|Nobody answered/);
    expect(await isBlocked('203.0.113.24')).toBe(false);
  });

  it('that changes its mind is told that an answer stands', async () => {
    const before = await count('decision');
    const { question } = await started('203.0.113.25');
    await soc.hands.console.press('dave', question, 'Ignore');
    expect(await soc.hands.email.press('dave', question, 'Block')).toMatch(/chose Ignore/);
    expect(await count('decision')).toBe(before + 1);
    expect(await isBlocked('203.0.113.25')).toBe(false);
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(false);
  });
});
