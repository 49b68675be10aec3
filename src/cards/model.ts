// From a view to what a template is given: cleaned, capped, and made of strings and lists alone.
// Whether a part is shown is a list with one entry or none: a template's `$when` that is false warns like one that is broken.
import type { ApprovalView, Button, Fact, IncidentView, NoticeView, RunView, Tone, View } from '../model/views.ts';
import { cleanLine, cleanText } from './clean.ts';

/** How much of a view fits on one card: rows per list, and lengths in UTF-16 units. */
export interface Budget {
  readonly rows: number;
  readonly title: number;
  readonly text: number;
  readonly value: number;
}

interface Row {
  readonly name: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly text: string;
}

interface Part<T> {
  readonly rows: readonly T[];
}

interface ButtonModel {
  readonly label: string;
  readonly hint: string;
  readonly style: Button['style'];
  readonly verb: string;
  readonly id: string;
  readonly choice: string;
}

/** Teams shows at most six actions of one set (microsoft/AdaptiveCards samples/HostConfig, maxActions). */
const ACTIONS_PER_SET = 6;
const LABEL_LENGTH = 60;
const NAME_LENGTH = 80;
const SHORT_LENGTH = 200;
const URL_LENGTH = 2000;
const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** What the template `cards/<view.card>.json` is expanded with. */
export function toModel(view: View, budget: Budget): Readonly<Record<string, unknown>> {
  switch (view.card) {
    case 'incident':
      return incidentModel(view, budget);
    case 'approval':
      return approvalModel(view, budget);
    case 'run':
      return runModel(view, budget);
    case 'notice':
      return noticeModel(view, budget);
  }
}

function incidentModel(view: IncidentView, budget: Budget) {
  const target = linkTarget(view.url);
  return {
    number: line(view.number),
    title: cleanLine(view.title, budget.title) || 'Untitled incident',
    severity: line(view.severity),
    tone: view.tone,
    status: line(view.status),
    description: part(lines(view.description, budget.text, budget)),
    facts: part(rows(withLinkNote(view.facts, view.url), budget)),
    entities: part(rows(view.entities, budget)),
    runs: part(rows(view.runs, budget)),
    decisions: part(rows(view.decisions, budget)),
    actions: actionSets(view.buttons),
    links: target === null ? [] : [{ label: cleanLine(`Open in ${target.host}`, LABEL_LENGTH), url: target.href }],
  };
}

function approvalModel(view: ApprovalView, budget: Budget) {
  const styles = new Map(view.buttons.map((button) => [button.label, button.style]));
  const effects = view.effects.map((effect) => ({
    name: line(effect.name),
    tone: toneOf(styles.get(effect.name)),
    lines: orElse(lines(effect.value, budget.text, budget), 'nothing further'),
  }));
  return {
    question: cleanLine(view.question, budget.title) || 'A decision is needed',
    state: cleanLine(view.state, budget.title) || 'n/a',
    tone: view.tone,
    run: line(view.run),
    evidence: part(rows(view.evidence, budget)),
    effects: part(
      limit(effects, budget.rows, (more) => ({
        name: '…',
        tone: toneOf(undefined),
        lines: [{ text: `${more} more choices are not shown here` }],
      })),
    ),
    votes: part(rows(view.votes, budget)),
    deadline: part(lines(view.deadline, budget.text, budget)),
    actions: actionSets(view.buttons, view.effects),
  };
}

function runModel(view: RunView, budget: Budget) {
  return {
    title: cleanLine(view.title, budget.title) || 'Run',
    state: cleanLine(view.state, budget.title) || 'n/a',
    tone: view.tone,
    facts: part(rows(view.facts, budget)),
    steps: part(rows(view.steps, budget)),
    actions: actionSets(view.buttons),
  };
}

function noticeModel(view: NoticeView, budget: Budget) {
  const target = linkTarget(view.url);
  return {
    title: cleanLine(view.title, budget.title) || 'Picket',
    tone: view.tone,
    paragraphs: part(
      limit(
        view.text.map((paragraph) => ({ lines: orElse(lines(paragraph, budget.text, budget), '–') })),
        budget.rows,
        (more) => ({ lines: [{ text: `… ${more} more paragraphs are not shown here` }] }),
      ),
    ),
    facts: part(rows(withLinkNote(view.facts, view.url), budget)),
    actions: actionSets(view.buttons),
    links: target === null ? [] : [{ label: cleanLine(view.urlLabel, LABEL_LENGTH) || 'Open', url: target.href }],
  };
}

function withLinkNote(facts: readonly Fact[], url: string): readonly Fact[] {
  return url === '' || linkTarget(url) !== null
    ? facts
    : [...facts, { name: 'Link', value: `left out: no https address of at most ${URL_LENGTH} characters` }];
}

function line(text: string): string {
  return cleanLine(text, SHORT_LENGTH) || 'n/a';
}

function lines(text: string, maxLength: number, budget: Budget): Line[] {
  const all = cleanText(text, maxLength)
    .split('\n')
    .filter((each) => each.trim() !== '');
  return limit(
    all.map((each) => ({ text: each })),
    budget.rows,
    (more) => ({ text: `… ${more} more lines are not shown here` }),
  );
}

function rows(facts: readonly Fact[], budget: Budget): Row[] {
  const all = facts.map((fact) => ({
    name: cleanLine(fact.name, NAME_LENGTH) || '–',
    lines: orElse(lines(fact.value, budget.value, budget), 'n/a'),
  }));
  return limit(all, budget.rows, (more) => ({ name: '…', lines: [{ text: `${more} more are not shown here` }] }));
}

function orElse(given: readonly Line[], text: string): readonly Line[] {
  return given.length > 0 ? given : [{ text }];
}

/** Never silently: the last entry says how many are missing. */
function limit<T>(all: readonly T[], max: number, more: (count: number) => T): T[] {
  return all.length <= max ? [...all] : [...all.slice(0, max - 1), more(all.length - max + 1)];
}

function part<T>(shown: readonly T[]): readonly Part<T>[] {
  return shown.length === 0 ? [] : [{ rows: shown }];
}

function toneOf(style: Button['style'] | undefined): Tone {
  if (style === 'destructive') return 'attention';
  return style === 'positive' ? 'good' : 'default';
}

function actionSets(buttons: readonly Button[], effects: readonly Fact[] = []): readonly { readonly buttons: readonly ButtonModel[] }[] {
  const all = buttons.map((button): ButtonModel => {
    const label = cleanLine(button.label, LABEL_LENGTH) || button.choice;
    const effect = effects.find((each) => each.name === button.label);
    return {
      label,
      hint: effect === undefined ? label : cleanLine(`${label}: ${effect.value}`, SHORT_LENGTH),
      style: button.style,
      verb: button.verb,
      id: button.id,
      choice: button.choice,
    };
  });
  return Array.from({ length: Math.ceil(all.length / ACTIONS_PER_SET) }, (_, set) => ({
    buttons: all.slice(set * ACTIONS_PER_SET, (set + 1) * ACTIONS_PER_SET),
  }));
}

/** A link opens https alone; http only on this machine, for the console. */
export function linkTarget(url: string): URL | null {
  const target = URL.canParse(url) && url.length <= URL_LENGTH ? new URL(url) : null;
  if (target?.protocol === 'https:') return target;
  return target?.protocol === 'http:' && LOOPBACK.has(target.hostname) ? target : null;
}
