// The measurements themselves. Latencies are taken on the clock of this process, where Slack's stand-in and the target run as well.
import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FakeMessage } from '../test/support/fake-slack/fake-slack.ts';
import type { Bot } from './bot.ts';
import { RUNS_PER_INCIDENT, type Scene, type Seat } from './scene.ts';

/** Slack takes one message per second in a channel, and Picket keeps to that: incidents come a little further apart. */
const INCIDENT_GAP_MS = 1_150;
const COMMANDS_BETWEEN = 7;
/** People do not click faster: the run ends and the cards change in between. */
const CLICK_GAP_MS = 150;
const LIMIT_MS = 30_000;

/**
 * Incidents, one at a time and slower than the channel's limit, each from the sending of its request to the arrival of its card.
 * In the pause after each card, signed commands one after the other, each from its sending to its HTTP answer.
 */
export async function incidentsAndCommands(scene: Scene, bot: Bot, count: number): Promise<{ cards: number[]; acks: number[] }> {
  const { slack, analyst, seats } = scene;
  const cards: number[] = [];
  const acks: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const sent = performance.now();
    const number = await ingest(scene, bot, 'Medium');
    const posted = await until(() =>
      slack.calls.find(
        (call) => call.method === 'chat.postMessage' && call.at >= sent && JSON.stringify(call.arguments).includes(`#${number}`),
      ),
    );
    cards.push(posted.at - sent);
    for (let n = 0; n < COMMANDS_BETWEEN; n += 1) {
      const channel = seats[(i + n) % seats.length]?.commands;
      if (channel === undefined) break;
      const answer = await slack.command(analyst, channel, n % 2 === 0 ? 'help' : 'list');
      if (answer.status !== 200) throw new Error(`the command was answered ${answer.status}`);
      acks.push(answer.ms);
      await sleep(40);
    }
    await sleep(Math.max(0, INCIDENT_GAP_MS - (performance.now() - sent)));
  }
  return { cards, acks };
}

/** Rounds of one run per channel: all are asked for by command, and when their questions stand they are answered one after the other. */
export async function clicks(scene: Scene, rounds: readonly number[]): Promise<number[]> {
  const latencies: number[] = [];
  for (const round of rounds) {
    const open = await pauseOnePerSeat(scene, round);
    await sleep(300);
    for (const question of open) {
      latencies.push(await press(scene, question));
      await sleep(CLICK_GAP_MS);
    }
  }
  return latencies;
}

/** A question that stands in Slack, and the address that its run is about. */
export interface Question {
  readonly message: FakeMessage;
  readonly address: string;
}

/** Starts a run on every seat and waits for the questions' cards. `round` keeps their addresses apart. */
export async function pauseOnePerSeat({ slack, analyst, seats }: Scene, round: number): Promise<readonly Question[]> {
  const asked = seats.map((seat, i) => ({ seat, address: `203.0.${round}.${i + 1}` }));
  for (const { seat, address } of asked) await slack.command(analyst, seat.commands, `run ${seat.playbook} ${address}`);
  const standing = (seat: Seat, address: string): FakeMessage | undefined =>
    slack.messages(seat.ask).findLast((message) => JSON.stringify(message.blocks).includes(`Go on with ${address}?`));
  return Promise.all(asked.map(async ({ seat, address }) => ({ address, message: await until(() => standing(seat, address)) })));
}

/** From the click's request to the arrival of the next step's call. */
export async function press({ slack, admin, target }: Scene, { message, address }: Question): Promise<number> {
  const pressed = performance.now();
  const [arrived] = await Promise.all([target.called(`/next/${address}`), slack.click(admin, message, { label: 'Go' })]);
  return arrived - pressed;
}

/** Runs of five steps per second, from the first incident sent to the last run ended. */
export async function throughput(scene: Scene, bot: Bot, incidents: number): Promise<number> {
  const { store } = scene;
  const ended = async (): Promise<number> =>
    (await store.query<{ count: number }>(`SELECT count(*)::int AS count FROM run WHERE playbook = 'five-steps' AND status = 'succeeded'`))
      .rows[0]?.count ?? 0;
  const before = await ended();
  const wanted = before + incidents * RUNS_PER_INCIDENT;
  const started = performance.now();
  for (let i = 0; i < incidents; i += 1) await ingest(scene, bot, 'High');
  while ((await ended()) < wanted) await sleep(50);
  return (wanted - before) / ((performance.now() - started) / 1000);
}

let incidents = 0;

async function ingest({ ingestSecret }: Scene, bot: Bot, severity: string): Promise<number> {
  incidents += 1;
  const number = 10_000 + incidents;
  const armId = `/subscriptions/bench/providers/Microsoft.SecurityInsights/incidents/${number}`;
  const at = new Date().toISOString();
  const entities = [{ kind: 'Ip', properties: { address: '203.0.113.7' } }];
  const body = JSON.stringify({
    id: armId,
    name: String(number),
    properties: {
      incidentNumber: number,
      title: `Sign-in from an unusual place ${number}`,
      severity,
      status: 'New',
      createdTimeUtc: at,
      lastModifiedTimeUtc: at,
      relatedEntities: entities,
    },
  });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', ingestSecret).update(`${timestamp}.${body}`).digest('hex');
  const answer = await fetch(`http://127.0.0.1:${bot.port}/ingest/sentinel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-picket-timestamp': timestamp, 'x-picket-signature': `v1=${signature}` },
    body,
  });
  if (answer.status !== 202) throw new Error(`the incident was answered ${answer.status} ${await answer.text()}`);
  return number;
}

async function until<T>(find: () => T | undefined): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`not within ${LIMIT_MS / 1000} s: ${find.toString()}`);
    await sleep(5);
  }
}
