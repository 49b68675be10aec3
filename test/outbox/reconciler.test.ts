// Showing what is wanted: newest version, people first, limits, storms, slow places, two replicas.
import { describe, expect, test } from 'vitest';
import { ensureSurface } from '../../src/outbox/surfaces.ts';
import { fakePort } from '../support/fake-port.ts';
import { change, db, quick, reconcile, settled, show, slack, subjectOf } from './stage.ts';

describe('showing', () => {
  test('posts once and edits afterwards, and a kick needs no timer', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const reconciler = reconcile(fake, { pollMs: 60_000 });
    const incident = subjectOf('incident');
    await show(incident, slack('C1'), 'new');
    const before = performance.now();
    reconciler.kick();
    await expect.poll(() => fake.standing('C1'), { interval: 1 }).toEqual(['new']);
    expect(performance.now() - before).toBeLessThan(500);
    await settled(reconciler);
    await change(incident, 'active');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.messages().map((message) => message.texts)).toEqual([['new', 'active']]);
    fake.verify();
  });

  test('an existing surface stays, also when two transactions ensure it at once', async () => {
    const incident = subjectOf('incident');
    const ids = await Promise.all([1, 2, 3].map(() => db.store.transaction((tx) => ensureSurface(tx, incident, slack('C1'), quick))));
    expect(new Set(ids).size).toBe(1);
  });

  test('a storm of 500 edits collapses to the newest', async () => {
    const fake = fakePort({ conversations: ['C1'], limits: [{ count: 2, perMs: 300 }] });
    const reconciler = reconcile(fake);
    const incident = subjectOf('incident');
    await show(incident, slack('C1'), 'edit 0');
    reconciler.kick();
    for (let n = 1; n <= 500; n += 1) {
      await change(incident, `edit ${n}`);
      reconciler.kick();
    }
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['edit 500']);
    expect(fake.calls.length).toBeLessThan(25);
    fake.verify();
  });

  test('keeps every window of the limits for all that shares a conversation, threads too', async () => {
    const fake = fakePort({
      conversations: ['C1'],
      limits: [
        { count: 3, perMs: 100 },
        { count: 6, perMs: 500 },
      ],
    });
    const reconciler = reconcile(fake);
    const before = Date.now();
    for (let n = 0; n < 14; n += 1) await show(subjectOf('incident'), { ...slack('C1'), thread: n % 2 === 0 ? '' : '100.1' }, `card ${n}`);
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toHaveLength(14);
    expect(Date.now() - before).toBeGreaterThanOrEqual(1000);
    fake.verify();
  });

  test('the next owner of a conversation keeps the limits of the one before', async () => {
    const fake = fakePort({ conversations: ['C1'], limits: [{ count: 2, perMs: 400 }] });
    for (const me of ['replica-1', 'replica-2', 'replica-3']) {
      const reconciler = reconcile(fake, { me });
      await show(subjectOf('incident'), slack('C1'), `by ${me}`);
      reconciler.kick();
      await settled(reconciler);
      await reconciler.stop();
    }
    expect(fake.standing('C1')).toHaveLength(3);
    fake.verify();
  });

  test('a slow conversation does not hold up another one', async () => {
    const fake = fakePort({ conversations: ['SLOW', 'FAST'] });
    fake.slow('SLOW', 1500);
    const reconciler = reconcile(fake);
    await show(subjectOf('incident'), slack('SLOW'), 'waits');
    reconciler.kick();
    await expect.poll(() => fake.calls).toContain('post SLOW');
    const before = performance.now();
    for (let n = 0; n < 20; n += 1) await show(subjectOf('incident'), slack('FAST'), `card ${n}`);
    reconciler.kick();
    await expect.poll(() => fake.standing('FAST').length, { interval: 5 }).toBe(20);
    expect(performance.now() - before).toBeLessThan(1200);
    expect(fake.standing('SLOW')).toEqual([]);
    fake.verify();
  });

  test('what a person waits for overtakes what rules caused', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const reconciler = reconcile(fake);
    for (const n of [1, 2, 3]) await show(subjectOf('incident'), slack('C1'), `rule ${n}`);
    await show(subjectOf('approval'), slack('C1'), 'asked', { byPerson: true });
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['asked', 'rule 1', 'rule 2', 'rule 3']);
    fake.verify();
  });

  test('an answer waits for the message whose thread it belongs to, even when a person waits for the answer', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const reconciler = reconcile(fake);
    const parent = await show(subjectOf('incident'), slack('C1'), 'card');
    await show(subjectOf('message'), slack('C1'), 'answer', { byPerson: true, replyTo: parent });
    reconciler.kick();
    await settled(reconciler);
    const [card, answer] = fake.messages();
    expect(card?.texts).toEqual(['card']);
    expect(answer?.place.thread).toBe(card?.id);
    fake.verify();
  });

  test('an answer to a card that the platform refuses is posted by itself', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'refused' });
    const reconciler = reconcile(fake);
    const parent = await show(subjectOf('incident'), slack('C1'), 'too large');
    await show(subjectOf('message'), slack('C1'), 'answer', { byPerson: false, replyTo: parent });
    reconciler.kick();
    await settled(reconciler);
    expect(fake.messages()).toMatchObject([{ place: { thread: '' }, texts: ['answer'] }]);
    fake.verify();
  });
});

describe('two replicas', () => {
  test('share conversations without ever working in one at the same time, and post nothing twice', async () => {
    const conversations = ['C1', 'C2', 'C3', 'C4'];
    const fake = fakePort({ conversations });
    for (const conversation of conversations) fake.slow(conversation, 3);
    const replicas = ['replica-1', 'replica-2'].map((me) => reconcile(fake, { me, pollMs: 60_000 }));
    const subjects = Array.from({ length: 10 }, () => subjectOf('incident'));
    await Promise.all(
      subjects.map(async (subject, n) => {
        for (const conversation of conversations) await show(subject, slack(conversation), `card ${n}`);
        replicas[n % 2]?.kick();
        await change(subject, `card ${n} changed`);
        replicas[(n + 1) % 2]?.kick();
      }),
    );
    // No poll helps here: a kick of one replica while the other holds the conversation must not be lost.
    for (const replica of replicas) await settled(replica);
    expect(fake.messages()).toHaveLength(40);
    expect(fake.messages().every((message) => message.texts.at(-1)?.endsWith('changed'))).toBe(true);
    fake.verify();
  });

  test('a change that comes while the other replica is about to leave is shown without waiting for a poll', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const heir = reconcile(fake, { me: 'replica-2', pollMs: 60_000 });
    let late = false;
    const query: typeof db.store.query = async (text, values) => {
      // The last look of replica 1 found nothing; before it gives the conversation back, replica 2 finds it taken.
      if (!late && text.startsWith(`UPDATE place_lease SET until = '-infinity'`)) {
        late = true;
        await show(subjectOf('incident'), slack('C1'), 'late');
        heir.kick();
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
      return await db.store.query(text, values);
    };
    const reconciler = reconcile(fake, { store: { ...db.store, query }, pollMs: 60_000 });
    await show(subjectOf('incident'), slack('C1'), 'early');
    reconciler.kick();
    await expect.poll(() => fake.standing('C1'), { timeout: 3000 }).toEqual(['early', 'late']);
    expect(late).toBe(true);
    await settled(reconciler);
    fake.verify();
  });

  test('a dead replica’s conversation is taken over when its lease has expired, not before', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const lane = 'slack|T1|C1';
    await db.store.query(`INSERT INTO place_lease (lane, owner, until) VALUES ($1, 'dead', clock_timestamp() + interval '600 ms')`, [lane]);
    await show(subjectOf('incident'), slack('C1'), 'card');
    const reconciler = reconcile(fake);
    reconciler.start();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(fake.calls).toEqual([]);
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['card']);
    fake.verify();
  });
});
