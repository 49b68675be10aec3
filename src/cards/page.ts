// The evidence of an approval as an HTML fragment for the approval page: headings and lists with class names, no style, no script, no link.
import type { ApprovalView, IncidentView } from '../model/views.ts';
import { collectEvidence, type Section } from './evidence.ts';
import { escapeHtml } from './html.ts';
import type { Line, Row } from './rows.ts';

/**
 * Sections of class `evidence` to stand below the page's own heading (h1). Every text is escaped. Classes: `effects`, `facts`, `deadline`, `run`;
 * `data-tone` says the tone of the state.
 */
export function renderEvidenceHtml(approval: ApprovalView, incident: IncidentView | null): string {
  const evidence = collectEvidence(approval, incident);
  return [
    `<section class="evidence state" data-tone="${evidence.tone}"><p class="state"><strong>${escapeHtml(evidence.state)}</strong></p>`,
    `<p class="question">${escapeHtml(evidence.question)}</p><p class="run">${escapeHtml(evidence.run)}</p>`,
    ...evidence.deadline.map((each) => `<p class="deadline">${escapeHtml(each.text)}</p>`),
    '</section>',
    `<section class="evidence effects"><h2>What each choice does</h2>${evidence.effects.map(effect).join('')}</section>`,
    ...evidence.sections.map(section),
  ].join('\n');
}

function effect(row: Row): string {
  return `<h3>${escapeHtml(row.name)}</h3><ul>${row.lines.map((each) => `<li>${escapeHtml(each.text)}</li>`).join('')}</ul>`;
}

function section(given: Section): string {
  const facts = given.rows.map((row) => `<dt>${escapeHtml(row.name)}</dt><dd>${inLines(row.lines)}</dd>`).join('');
  const paragraphs = given.paragraphs.map((each) => `<p>${escapeHtml(each.text)}</p>`).join('');
  return `<section class="evidence facts"><h2>${escapeHtml(given.title)}</h2>${paragraphs}${facts === '' ? '' : `<dl>${facts}</dl>`}</section>`;
}

function inLines(lines: readonly Line[]): string {
  return lines.map((each) => escapeHtml(each.text)).join('<br>');
}
