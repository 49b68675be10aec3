// The dangers of showing: lost answers, kills between post and save, closed approvals, platforms that say no.
import { describe, expect, test } from 'vitest';
import { adoptMessage, surfacesOf } from '../../src/outbox/surfaces.ts';
import { fakePort } from '../support/fake-port.ts';
import { quietLog } from '../support/quiet-log.ts';
import { change, db, reconcile, settled, shift, show, slack, subjectOf, unreachable } from './stage.ts';

describe('killed between post and save, or the answer lost', () => {
  test('is looked up where the platform can, and stands once', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'ambiguous', after: true });
    const reconciler = reconcile(fake);
    const incident = subjectOf('incident');
    await show(incident, slack('C1'), 'card');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toEqual(['post C1', 'find C1', 'update C1']);
    expect(fake.messages()).toHaveLength(1);
    fake.verify();
  });

  test('a search that fails is repeated before anything is posted again', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'ambiguous', after: true });
    fake.fail({ on: 'find', failure: 'retry', retryAfterMs: 20 });
    const reconciler = reconcile(fake);
    await show(subjectOf('incident'), slack('C1'), 'card');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toEqual(['post C1', 'find C1', 'find C1', 'update C1']);
    fake.verify();
  });

  test('an intent left by a process that died is looked up, and posted when nothing stands', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const incident = subjectOf('incident');
    await show(incident, slack('C1'), 'card');
    await db.store.query(`UPDATE surface SET posting_since = clock_timestamp() WHERE subject_id = $1`, [incident.id]);
    const reconciler = reconcile(fake);
    reconciler.start();
    await settled(reconciler);
    expect(fake.calls).toEqual(['find C1', 'post C1']);
    fake.verify();
  });

  test('elsewhere it may stand twice; a click on the unknown copy corrects it, now and from then on', async () => {
    const fake = fakePort({ conversations: ['C1'], canFind: false });
    fake.fail({ on: 'post', failure: 'ambiguous', after: true });
    const reconciler = reconcile(fake);
    const approval = subjectOf('approval');
    await show(approval, slack('C1'), 'asked');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['asked', 'asked']);
    await change(approval, 'blocked by Carol', { byPerson: true, closed: true });
    await adoptMessage(db.store, approval, { place: slack('C1'), id: 'm1' });
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['blocked by Carol', 'blocked by Carol']);
    await change(approval, 'done');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['done', 'done']);
    fake.verify();
  });

  test('a click that arrives before the search takes the copy over', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'ambiguous', after: true });
    const reconciler = reconcile(fake);
    const approval = subjectOf('approval');
    await show(approval, slack('C1'), 'asked');
    reconciler.kick();
    await expect.poll(() => fake.messages().length).toBe(1);
    await expect.poll(async () => (await surfacesOf(db.store, approval))[0]?.error).toContain('ambiguous');
    await change(approval, 'ignored by Dan', { byPerson: true, closed: true });
    await adoptMessage(db.store, approval, { place: slack('C1'), id: 'm1' });
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toEqual(['post C1', 'update C1']);
    expect(fake.standing('C1')).toEqual(['ignored by Dan']);
    fake.verify();
  });

  test('a click cannot make a message of something else, or of another place, show this', async () => {
    const [approval, other] = [subjectOf('approval'), subjectOf('incident')];
    await show(approval, slack('C1'), 'asked');
    await show(other, slack('C1'), 'card');
    await db.store.query(`UPDATE surface SET message_id = 'm9' WHERE subject_id = $1`, [other.id]);
    await adoptMessage(db.store, approval, { place: slack('C1'), id: 'm9' });
    await adoptMessage(db.store, approval, { place: slack('C2'), id: 'm10' });
    expect(await surfacesOf(db.store, approval)).toMatchObject([{ message: null }]);
  });
});

describe('closed', () => {
  test('an approval that was decided before it was posted posts nothing new', async () => {
    const fake = fakePort({ conversations: ['C1', 'C2'] });
    const reconciler = reconcile(fake);
    const approval = subjectOf('approval');
    await show(approval, slack('C1'), 'asked');
    reconciler.kick();
    await settled(reconciler);
    await show(approval, slack('C2'), 'asked');
    await change(approval, 'blocked', { byPerson: true, closed: true });
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toEqual(['post C1', 'update C1']);
    expect(await surfacesOf(db.store, approval)).toMatchObject([{ message: { id: 'm1' } }, { message: null, closed: true }]);
    fake.verify();
  });

  test('an approval that is decided while its card is made posts nothing', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const approval = subjectOf('approval');
    const reconciler = reconcile(fake, {
      render: async () => {
        await change(approval, 'blocked', { byPerson: true, closed: true });
        return { adaptive: {}, text: 'asked' };
      },
    });
    await show(approval, slack('C1'), 'asked');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toEqual([]);
  });

  test('decided while its first post was not answered: the copy is found and corrected', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'ambiguous', after: true });
    const reconciler = reconcile(fake);
    const approval = subjectOf('approval');
    await show(approval, slack('C1'), 'asked');
    reconciler.kick();
    await expect.poll(() => fake.messages().length).toBe(1);
    await change(approval, 'blocked', { byPerson: true, closed: true });
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['blocked']);
    fake.verify();
  });

  test('a deleted message comes back for an incident and for an open approval, not for a closed one', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const warnings: unknown[] = [];
    const reconciler = reconcile(fake, { log: { ...quietLog, warn: (message, fields) => warnings.push({ message, ...fields }) } });
    const [incident, open, closed] = [subjectOf('incident'), subjectOf('approval'), subjectOf('approval')];
    await show(incident, slack('C1'), 'incident');
    await show(open, slack('C1'), 'open');
    await show(closed, slack('C1'), 'closed');
    reconciler.kick();
    await settled(reconciler);
    for (const message of fake.messages()) fake.remove(message.id);
    await change(incident, 'incident 2');
    await change(open, 'open 2');
    await change(closed, 'closed 2', { byPerson: true, closed: true });
    reconciler.kick();
    await settled(reconciler);
    expect([...fake.standing('C1')].sort()).toEqual(['incident 2', 'open 2']);
    expect(warnings).toMatchObject([{ message: 'a message was deleted and is not posted again', subjectId: closed.id }]);
    const calls = fake.calls.length;
    await change(closed, 'closed 3');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.calls).toHaveLength(calls);
    fake.verify();
  });
});

describe('a platform that says no', () => {
  test('too fast: the whole conversation waits as long as asked', async () => {
    const fake = fakePort({ conversations: ['C1', 'C2'] });
    fake.fail({ on: 'post', failure: 'retry', retryAfterMs: 400 });
    const reconciler = reconcile(fake);
    for (const n of [1, 2, 3]) await show(subjectOf('incident'), slack('C1'), `card ${n}`);
    const before = Date.now();
    reconciler.kick();
    await expect.poll(() => fake.calls.length).toBe(1);
    await show(subjectOf('incident'), slack('C2'), 'elsewhere');
    reconciler.kick();
    await expect.poll(() => fake.standing('C2')).toEqual(['elsewhere']);
    expect(fake.standing('C1')).toEqual([]);
    await settled(reconciler);
    expect(Date.now() - before).toBeGreaterThanOrEqual(400);
    expect(fake.calls.filter((call) => call === 'post C1')).toHaveLength(4);
    fake.verify();
  });

  test('unreachable: one try, the operator told once, nothing lost when it answers again', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'unreachable' });
    fake.fail({ on: 'post', failure: 'unreachable' });
    const reconciler = reconcile(fake);
    const [first, second, third] = [subjectOf('incident'), subjectOf('incident'), subjectOf('incident')];
    await show(first, slack('C1'), 'card 1');
    await show(second, slack('C1'), 'card 2');
    reconciler.start();
    await expect.poll(() => unreachable.length).toBe(1);
    await shift(first, '0 s');
    await expect.poll(() => fake.calls.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(fake.calls).toHaveLength(2);
    expect(unreachable).toMatchObject([{ place: { conversation: 'C1' }, error: { failure: 'unreachable' } }]);
    expect(await reconciler.depth()).toBe(2);
    await show(third, slack('C1'), 'card 3');
    reconciler.kick();
    await settled(reconciler);
    expect([...fake.standing('C1')].sort()).toEqual(['card 1', 'card 2', 'card 3']);
    fake.verify();
  });

  test('unreachable until a restart: what was parked before is shown as soon as the conversation answers', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'unreachable' });
    const [first, second, third] = [subjectOf('incident'), subjectOf('incident'), subjectOf('incident')];
    await show(first, slack('C1'), 'card 1');
    await show(second, slack('C1'), 'card 2');
    const before = reconcile(fake);
    before.start();
    await expect.poll(() => unreachable.length).toBe(1);
    await before.stop();
    const after = reconcile(fake);
    after.start();
    await show(third, slack('C1'), 'card 3');
    after.kick();
    await settled(after);
    expect([...fake.standing('C1')].sort()).toEqual(['card 1', 'card 2', 'card 3']);
  });

  test('refused: saved and left until the card changes', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    fake.fail({ on: 'post', failure: 'refused' });
    const reconciler = reconcile(fake);
    const incident = subjectOf('incident');
    await show(incident, slack('C1'), 'too large');
    reconciler.start();
    await settled(reconciler);
    expect(await surfacesOf(db.store, incident)).toMatchObject([{ error: 'asked to answer refused', message: null }]);
    await change(incident, 'smaller');
    reconciler.kick();
    await settled(reconciler);
    expect(fake.standing('C1')).toEqual(['smaller']);
    expect(await surfacesOf(db.store, incident)).toMatchObject([{ error: '', message: { id: 'm1' } }]);
    fake.verify();
  });

  test('a card that cannot be made holds up no other card', async () => {
    const fake = fakePort({ conversations: ['C1'] });
    const broken = subjectOf('incident');
    const reconciler = reconcile(fake, {
      render: async (subject) => {
        if (subject.id === broken.id) throw new Error('no such template');
        return { adaptive: {}, text: 'fine' };
      },
    });
    await show(broken, slack('C1'), '');
    await show(subjectOf('incident'), slack('C1'), '');
    reconciler.kick();
    await expect.poll(() => fake.standing('C1')).toEqual(['fine']);
    expect(await surfacesOf(db.store, broken)).toMatchObject([{ error: 'no such template', shown: 0 }]);
    fake.verify();
  });

  test('a platform that is not configured any more is told to the operator and its cards wait', async () => {
    const fake = fakePort({ conversations: [] });
    const reconciler = reconcile(fake, { ports: new Map() });
    await show(subjectOf('incident'), slack('C1'), 'card');
    reconciler.kick();
    await expect.poll(() => unreachable.map(({ error }) => error.message)).toEqual([expect.stringContaining('slack is not configured')]);
    expect(await reconciler.depth()).toBe(1);
  });
});

test('stop lets the call under way end, starts no other and gives the conversation back', async () => {
  const fake = fakePort({ conversations: ['C1'] });
  fake.slow('C1', 200);
  const reconciler = reconcile(fake);
  await show(subjectOf('incident'), slack('C1'), 'card 1');
  await show(subjectOf('incident'), slack('C1'), 'card 2');
  reconciler.kick();
  await expect.poll(() => fake.calls.length, { interval: 5 }).toBe(1);
  await reconciler.stop();
  expect(await reconciler.depth()).toBe(1);
  const heir = reconcile(fake, { me: 'replica-2' });
  heir.kick();
  await settled(heir);
  expect(fake.standing('C1')).toEqual(['card 1', 'card 2']);
  fake.verify();
});
