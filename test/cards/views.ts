// Views for the tests of cards and of what is made from them: the samples beside the templates, the same with empty lists, and hostile ones.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { ApprovalView, Button, Fact, IncidentView, NoticeView, RunView, View } from '../../src/model/views.ts';

export const templateDir = fileURLToPath(new URL('../../cards/', import.meta.url));

const facts = z.array(z.strictObject({ name: z.string(), value: z.string() }));
const tone = z.enum(['default', 'accent', 'good', 'warning', 'attention']);
const verb = z.enum(['decide', 'runlog', 'cancel']);
const style = z.enum(['default', 'positive', 'destructive']);
const buttons = z.array(z.strictObject({ label: z.string(), style, verb, id: z.string(), choice: z.string() }));
const text = z.string();

const Incident = z.strictObject({
  card: z.literal('incident'),
  number: text,
  title: text,
  severity: text,
  tone,
  status: text,
  description: text,
  facts,
  entities: facts,
  runs: facts,
  decisions: facts,
  buttons,
  url: text,
});
const Approval = z.strictObject({
  card: z.literal('approval'),
  question: text,
  state: text,
  tone,
  run: text,
  effects: facts,
  evidence: facts,
  votes: facts,
  deadline: text,
  buttons,
});
const Run = z.strictObject({ card: z.literal('run'), title: text, state: text, tone, facts, steps: facts, buttons });
const Notice = z.strictObject({
  card: z.literal('notice'),
  title: text,
  tone,
  text: z.array(text),
  facts,
  buttons,
  url: text,
  urlLabel: text,
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(`${templateDir}${name}.sample.json`, 'utf8'));
}

export const samples: { incident: IncidentView; approval: ApprovalView; run: RunView; notice: NoticeView } = {
  incident: Incident.parse(read('incident')),
  approval: Approval.parse(read('approval')),
  run: Run.parse(read('run')),
  notice: Notice.parse(read('notice')),
};

/** The approval after somebody answered. */
export const decided: ApprovalView = {
  ...samples.approval,
  state: 'Blocked by Carol Ortiz in Slack at 03:12 UTC',
  tone: 'good',
  deadline: '',
  votes: [{ name: 'Carol Ortiz', value: 'Block, in Slack at 03:12 UTC' }],
  buttons: [],
};

const none = { facts: [], entities: [], runs: [], decisions: [], buttons: [], effects: [], evidence: [], votes: [], steps: [] };

export const empty: readonly View[] = [
  { ...samples.incident, ...pick(none, samples.incident), description: '', url: '' },
  { ...samples.approval, ...pick(none, samples.approval), deadline: '' },
  { ...samples.run, ...pick(none, samples.run) },
  { ...samples.notice, ...pick(none, samples.notice), text: [], url: '', urlLabel: '' },
];

function pick(from: Readonly<Record<string, readonly never[]>>, like: View): Readonly<Record<string, readonly never[]>> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name in like));
}

/** Texts as an attacker writes them into an incident. */
export const HOSTILE = [
  '<!channel> <@U012AB3CD> <https://evil.example.net|Block> &lt;!here&gt;',
  '[click](javascript:alert(1)) ![x](https://evil.example.net/p.png) **bold** `code` ~s~ _i_',
  '${$root.title} ${nope} \\${x} $${{title}} {{number}} ${',
  '<script>alert(1)</script><img src=x onerror=alert(1)> "quoted" \'single\' </td></table>',
  'user\u202Egnp.exe\u2066\u2069 a\u200Bd\u200Dm\uFEFFin \u0000\u0007\u001B[31m\uD800',
  `Z${'\u0301'.repeat(40)}algo`,
  'line one\r\nline two\u2028line three\tend',
  'x'.repeat(20_000),
  '',
  '   ',
] as const;

const everything: readonly Fact[] = HOSTILE.map((value, index) => ({ name: HOSTILE[(index + 3) % HOSTILE.length] ?? '', value }));
const hostileButtons: readonly Button[] = samples.approval.buttons.map((button) => ({ ...button, label: HOSTILE[0] }));

export const hostile: readonly View[] = HOSTILE.flatMap((given): View[] => [
  {
    ...samples.incident,
    title: given,
    number: given,
    severity: given,
    status: given,
    description: given,
    facts: everything,
    entities: everything,
    runs: everything,
    decisions: everything,
    buttons: hostileButtons,
    url: 'javascript:alert(1)',
  },
  {
    ...samples.approval,
    question: given,
    state: given,
    run: given,
    effects: everything,
    evidence: everything,
    votes: everything,
    deadline: given,
    buttons: hostileButtons,
  },
  { ...samples.run, title: given, state: given, facts: everything, steps: everything, buttons: hostileButtons },
  {
    ...samples.notice,
    title: given,
    text: [...HOSTILE],
    facts: everything,
    buttons: hostileButtons,
    url: 'http://evil.example.net/',
    urlLabel: given,
  },
]);

/** All of them, by a name for test titles. */
export const everyView: readonly (readonly [string, View])[] = [
  ...Object.entries(samples).map(([name, view]) => [`the sample of ${name}`, view] as const),
  ['a decided approval', decided] as const,
  ...empty.map((view) => [`an empty ${view.card}`, view] as const),
  ...hostile.map((view, index) => [`hostile ${view.card} ${Math.floor(index / 4)}`, view] as const),
];
