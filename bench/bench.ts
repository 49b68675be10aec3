// `npm run bench`: one JSON object on standard output, progress on standard error. Bench, stand-ins and database are other processes than
// the bot; the database keeps fsync on. The bot is started as operators start it, and is restarted between the parts.
import { availableParallelism, cpus, loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Bot, startBot } from './bot.ts';
import { clicks, incidentsAndCommands, pauseOnePerSeat, press, throughput } from './measure.ts';
import { type AtRest, judge, type Measured, round, spread } from './numbers.ts';
import { copyPaused } from './pause.ts';
import { openScene, type Scene } from './scene.ts';

/** What the numbers do and do not hold. */
const HOW = {
  incident_to_card: 'one incident per 1.15 s in one channel, below the limit of one message per second and channel',
  command_ack: 'one command after the other, in the pauses between incidents',
  click_to_next_step: 'one click per 150 ms, each in a channel of its own, to an http.request step',
  runs_per_s: 'through POST /ingest/sentinel and a rule that starts five runs, http.request steps, fsync on',
  paused_runs: 'twenty that paused by themselves, copied row by row under new ids, their timers included',
  at_rest: 'rss_mb, idle_cpu_percent and boot_ms_with_paused: a bot without platforms; with_slack: one with Slack, after its first click',
} as const;

const INCIDENTS = 40;
const CLICK_ROUNDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const THROUGHPUT_INCIDENTS = 120;
const PAUSED = 10_000;
const SETTLE_MS = 10_000;
const IDLE_MS = 15_000;

async function bench(scene: Scene): Promise<object> {
  say('a bot with Slack: commands, incidents, clicks');
  const first = await startSlackBot(scene);
  await clicks(scene, [0]); // warms up
  const { cards, acks } = await incidentsAndCommands(scene, first, INCIDENTS);
  const clicked = await clicks(scene, CLICK_ROUNDS);
  const questions = await pauseOnePerSeat(scene, 100);
  await sleep(3_000); // cards of ended runs are still edited
  await first.stop();
  say(JSON.stringify({ command_ack: spread(acks), incident_to_card: spread(cards), click_to_next_step: spread(clicked) }));

  say('a bot without platforms: runs per second');
  const plain = await startBot(scene.plain, scene.cwd);
  await throughput(scene, plain, 10);
  const runsPerSecond = await throughput(scene, plain, THROUGHPUT_INCIDENTS);
  await plain.stop();
  say(`${round(runsPerSecond)} runs/s`);

  say(`${PAUSED} paused runs`);
  const paused = await copyPaused(scene.store, PAUSED, scene.log);
  say('a bot without platforms, at rest');
  const atRest = await rest(await startBot(scene.plain, scene.cwd));
  say('a bot with Slack: the first click, then at rest');
  const second = await startSlackBot(scene);
  const [question] = questions;
  if (question === undefined) throw new Error('nothing is paused');
  const firstClick = await press(scene, question);
  const withSlack = await rest(second);

  const measured: Measured = {
    command_ack: spread(acks),
    incident_to_card: spread(cards),
    click_to_next_step: spread(clicked),
    runs_per_s: round(runsPerSecond),
    paused_runs: paused,
    boot_ms_with_paused: atRest.boot_ms,
    first_click_ms_after_boot: round(firstClick),
    rss_mb: atRest.rss_mb ?? Number.NaN,
    idle_cpu_percent: atRest.idle_cpu_percent ?? Number.NaN,
  };
  return { ...measured, with_slack: withSlack, machine: await machine(scene), how: HOW, aims: judge(measured, withSlack) };
}

async function startSlackBot(scene: Scene): Promise<Bot> {
  const bot = await startBot(scene.withSlack, scene.cwd);
  scene.slack.connect(`http://127.0.0.1:${bot.port}`);
  return bot;
}

/** Leaves the bot alone for a while, reads what it uses, and stops it. */
async function rest(bot: Bot): Promise<AtRest> {
  await sleep(SETTLE_MS);
  const cpu = await bot.cpuPercent(IDLE_MS);
  const rss = await bot.rssMb();
  await bot.stop();
  return said({
    boot_ms: round(bot.bootMs),
    rss_mb: rss === null ? null : round(rss),
    idle_cpu_percent: cpu === null ? null : round(cpu),
  });
}

async function machine({ store }: Scene): Promise<object> {
  const setting = async (name: string): Promise<string> =>
    (await store.query<{ value: string }>('SELECT current_setting($1) AS value', [name])).rows[0]?.value ?? '';
  return {
    node: process.version,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? '',
    postgres: await setting('server_version'),
    fsync: await setting('fsync'),
    synchronous_commit: await setting('synchronous_commit'),
    load_average: loadavg().map(round),
  };
}

function said<T>(result: T): T {
  say(JSON.stringify(result));
  return result;
}

function say(what: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${what}\n`);
}

const scene = await openScene();
try {
  process.stdout.write(`${JSON.stringify(await bench(scene), null, 2)}\n`);
} finally {
  await scene.close();
}
