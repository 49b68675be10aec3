// From a view to what a template is given: cleaned, capped, and made of strings and lists alone.
// Whether a part is shown is a list with one entry or none: a template's `$when` that is false warns like one that is broken.
import type { ApprovalView, Button, Fact, IncidentView, NoticeView, RunView, Tone, View } from '../model/views.ts';
import { cleanLine } from './clean.ts';
import { type Budget, limit, line, lines, linkTarget, orElse, rows, SHORT_LENGTH, URL_LENGTH } from './rows.ts';

interface Part<T> {
  readonly rows: readonly T[];
}

interface Link {
  readonly label: string;
  readonly url: string;
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
/** In characters: some 310 pixels of a phone, and what a button takes beside its label. */
const SET_WIDTH = 40;
const BUTTON_PADDING = 5;
const LABEL_LENGTH = 60;

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
  return {
    number: line(view.number),
    title: cleanLine(view.title, budget.title) || 'Untitled incident',
    severity: line(view.severity),
    tone: view.tone,
    status: line(view.status),
    description: part(lines(view.description, budget.text, budget)),
    facts: part(factRows(withLinkNote(view.facts, view.url), budget)),
    entities: part(factRows(view.entities, budget)),
    runs: part(factRows(view.runs, budget)),
    decisions: part(factRows(view.decisions, budget)),
    actions: actionSets(view.buttons, portalLink(view.url)),
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
    evidence: part(factRows(view.evidence, budget)),
    effects: part(
      limit(effects, budget.rows, (more) => ({
        name: '…',
        tone: toneOf(undefined),
        lines: [{ text: `${more} more choices are not shown here` }],
      })),
    ),
    votes: part(factRows(view.votes, budget)),
    deadline: part(lines(view.deadline, budget.text, budget)),
    actions: actionSets(view.buttons, [], view.effects),
  };
}

function runModel(view: RunView, budget: Budget) {
  return {
    title: cleanLine(view.title, budget.title) || 'Run',
    state: cleanLine(view.state, budget.title) || 'n/a',
    tone: view.tone,
    facts: part(factRows(view.facts, budget)),
    steps: part(factRows(view.steps, budget)),
    actions: actionSets(view.buttons),
  };
}

function noticeModel(view: NoticeView, budget: Budget) {
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
    facts: part(factRows(withLinkNote(view.facts, view.url), budget)),
    actions: actionSets(view.buttons, personalLink(view.url, view.urlLabel)),
  };
}

function withLinkNote(facts: readonly Fact[], url: string): readonly Fact[] {
  return url === '' || linkTarget(url) !== null
    ? facts
    : [...facts, { name: 'Link', value: `left out: no https address of at most ${URL_LENGTH} characters` }];
}

/** How bad it is shows in a colour beside the word, wherever a fact is called Severity. */
const SEVERITY_TONES: Readonly<Record<string, Tone>> = { high: 'attention', medium: 'warning', low: 'accent' };

function factRows(facts: readonly Fact[], budget: Budget) {
  return rows(facts, budget).map((row) => ({
    name: row.name,
    lines: row.lines.map(({ text }) => ({ text, tone: lineTone(row.name, text) })),
  }));
}

function lineTone(name: string, text: string): Tone {
  return (name.toLowerCase() === 'severity' ? SEVERITY_TONES[text.toLowerCase()] : undefined) ?? 'default';
}

function part<T>(shown: readonly T[]): readonly Part<T>[] {
  return shown.length === 0 ? [] : [{ rows: shown }];
}

function toneOf(style: Button['style'] | undefined): Tone {
  if (style === 'destructive') return 'attention';
  return style === 'positive' ? 'good' : 'default';
}

/** Buttons, then links, in sets that fit one line of a narrow card: the renderer does not wrap, what is too wide would be cut off. */
function actionSets(buttons: readonly Button[], links: readonly Link[] = [], effects: readonly Fact[] = []) {
  const sets: (ButtonModel | Link)[][] = [];
  for (const each of [...buttons.map((button) => buttonModel(button, effects)), ...links]) {
    const last = sets.at(-1);
    if (last !== undefined && last.length < ACTIONS_PER_SET && widthOf([...last, each]) <= SET_WIDTH) last.push(each);
    else sets.push([each]);
  }
  return sets.map((set) => ({ buttons: set.filter((each) => 'verb' in each), links: set.filter((each) => 'url' in each) }));
}

function widthOf(set: readonly { readonly label: string }[]): number {
  return set.reduce((width, each) => width + each.label.length + BUTTON_PADDING, 0);
}

function buttonModel(button: Button, effects: readonly Fact[]): ButtonModel {
  const label = cleanLine(button.label, LABEL_LENGTH) || button.choice;
  const effect = effects.find((each) => each.name === button.label);
  const hint = effect === undefined ? label : cleanLine(`${label}: ${effect.value}`, SHORT_LENGTH);
  return { label, hint, style: button.style, verb: button.verb, id: button.id, choice: button.choice };
}

function portalLink(url: string): readonly Link[] {
  const target = linkTarget(url);
  return target === null ? [] : [{ label: cleanLine(`Open in ${target.host}`, LABEL_LENGTH), url: target.href }];
}

function personalLink(url: string, label: string): readonly Link[] {
  const target = linkTarget(url);
  return target === null ? [] : [{ label: cleanLine(label, LABEL_LENGTH) || 'Open', url: target.href }];
}
