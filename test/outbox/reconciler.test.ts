// The dangers of showing things: lost answers, two replicas, storms, slow and limited platforms, closed approvals.
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ChatError } from '../../src/model/errors.ts';
import type { Place } from '../../src/model/place.ts';
import { createReconciler, type Reconciler, type ReconcilerOptions } from '../../src/outbox/reconciler.ts';
import { adoptMessage, ensureSurface, raiseSurfaces, type ShownSubject, surfacesOf } from '../../src/outbox/surfaces.ts';
import { type TestDatabase, testDatabase } from '../support/database.ts';
import { type FakePort, fakePort } from '../support/fake-port.ts';
import { quietLog } from '../support/quiet-log.ts';

let db: TestDatabase;
let running: Reconciler[];
let unreachable: { place: Place; error: ChatError }[];
/** What each subject says now. */
let content: Map<string, string>;

beforeAll(async () => {
  db = await testDatabase();
});
afterAll(async () => {
  await db.drop();
});
beforeEach(async () => {
  await db.store.query('TRUNCATE surface, place_lease');
  running = [];
  unreachable = [];
  content = new Map();
});
afterEach(async () => {
  await Promise.all(running.map((reconciler) => reconciler.stop()));
});

const slack = (conversation: string): Place => ({ platform: 'slack', tenant: 'T1', conversation, thread: '', person: '' });
const subjectOf = (kind: ShownSubject['kind']): ShownSubject => ({ kind, id: randomUUID() });
const quick = { byPerson: false };

function reconcile(fake: FakePort, changes: Partial<ReconcilerOptions> = {}): Reconciler {
  const reconciler = createReconciler({
    store: db.store,
    ports: new Map([[fake.port.platform, fake.port]]),
    render: async (subject) => {
      const text = content.get(subject.id) ?? null;
      return text === null ? null : { adaptive: {}, text };
    },
    me: 'replica-1',
    log: quietLog,
    onUnreachable: (place, error) => unreachable.push({ place, error }),
    now: Date.now,
    random: () => 0,
    pollMs: 100,
    ...changes,
  });
  running.push(reconciler);
  return reconciler;
}

async function show(
  subject: ShownSubject,
  place: Place,
  text: string,
  options: { byPerson: boolean; replyTo?: string } = quick,
): Promise<string> {
  content.set(subject.id, text);
  return await ensureSurface(db.store, subject, place, options);
}

async function change(subject: ShownSubject, text: string, options: { byPerson: boolean; closed?: boolean } = quick): Promise<void> {
  content.set(subject.id, text);
  await raiseSurfaces(db.store, subject, options);
}

async function settled(reconciler: Reconciler): Promise<void> {
  await expect.poll(() => reconciler.depth(), { timeout: 8000, interval: 5 }).toBe(0);
}

async function shift(subject: ShownSubject, due: string): Promise<void> {
  await db.store.query(`UPDATE surface SET not_before = clock_timestamp() + $2::interval WHERE subject_id = $1`, [subject.id, due]);
}

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
