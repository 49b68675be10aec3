// Everything a person needs to answer an approval, in order, as clean sections: the mail and the approval page show the same.
import type { ApprovalView, Fact, IncidentView, Tone } from '../model/views.ts';
import { cleanLine } from './clean.ts';
import { type Budget, type Line, line, lines, orElse, type Row, rows } from './rows.ts';

export interface Evidence {
  readonly question: string;
  /** `Waiting for 1 of: admin`, or how it ended. */
  readonly state: string;
  readonly tone: Tone;
  readonly run: string;
  readonly deadline: readonly Line[];
  /** What each choice will do. */
  readonly effects: readonly Row[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly title: string;
  readonly paragraphs: readonly Line[];
  readonly rows: readonly Row[];
}

/** Some mail clients clip a message at 102 KB: these keep the longest one below. */
const BUDGET: Budget = { rows: 50, title: 300, text: 4000, value: 600 };

export function collectEvidence(approval: ApprovalView, incident: IncidentView | null): Evidence {
  return {
    question: cleanLine(approval.question, BUDGET.title) || 'A decision is needed',
    state: cleanLine(approval.state, BUDGET.title) || 'n/a',
    tone: approval.tone,
    run: line(approval.run),
    deadline: lines(approval.deadline, BUDGET.text, BUDGET),
    effects: approval.effects.map((effect) => ({
      name: line(effect.name),
      lines: orElse(lines(effect.value, BUDGET.text, BUDGET), 'nothing further'),
    })),
    sections: [
      section('Evidence', '', incident === null ? approval.evidence : beside(approval.evidence, incident)),
      ...(incident === null ? [] : incidentSections(incident)),
      section('Answers', '', approval.votes),
    ].filter((each) => each.paragraphs.length > 0 || each.rows.length > 0),
  };
}

function incidentSections(incident: IncidentView): readonly Section[] {
  const head = [
    { name: 'Severity', value: incident.severity },
    { name: 'Status', value: incident.status },
  ];
  const link = incident.url === '' ? [] : [{ name: 'Source', value: incident.url }];
  return [
    section(`Incident ${line(incident.number)}: ${cleanLine(incident.title, BUDGET.title) || 'untitled'}`, incident.description, [
      ...head,
      ...incident.facts,
      ...link,
    ]),
    section('Entities', '', incident.entities),
    section('Playbook runs', '', incident.runs),
    section('Decisions', '', incident.decisions),
  ];
}

/** What the incident's own sections do not say already, line for line. */
function beside(evidence: readonly Fact[], incident: IncidentView): readonly Fact[] {
  const { number, title, severity, status, description, facts, entities } = incident;
  const values = [...facts, ...entities].flatMap((fact) => [fact.value, `${fact.name} ${fact.value}`]);
  const said = new Set([
    '',
    title,
    `${number} ${title}`,
    severity,
    status,
    ...[description, ...values].flatMap((text) => text.split('\n')),
  ]);
  // Tactics stand among the incident's tactics and techniques.
  const parts = new Set(facts.flatMap((fact) => fact.value.split(', ')));
  const isSaid = (each: string) => said.has(each) || each.split(', ').every((part) => parts.has(part));
  return evidence.filter((fact) => !fact.value.split('\n').every(isSaid));
}

function section(title: string, text: string, facts: readonly Fact[]): Section {
  return { title, paragraphs: lines(text, BUDGET.text, BUDGET), rows: rows(facts, BUDGET) };
}
