// The page a mail's buttons lead to: the evidence, what each choice will do, and one form per choice that asks once more.
import { html } from 'hono/html';
import { collectEvidence, type Section } from '../../cards/evidence.ts';
import type { Approval, Decision } from '../../model/run.ts';
import type { ApprovalView, IncidentView } from '../../model/views.ts';
import { factList, foreign, type Html, page, time, VIA_NAMES } from './layout.ts';

/** What the page shows of one approval. */
export interface ApprovalPageData {
  readonly approval: Approval;
  readonly view: ApprovalView;
  /** null for runs without an incident. */
  readonly incident: IncidentView | null;
}

interface Shown extends ApprovalPageData {
  /** The run's log for the person of this link. */
  readonly logUrl: string;
}

interface Asked extends Shown {
  readonly token: string;
  /** The choice whose button was pressed in the mail: shown first. */
  readonly choice: string;
  /** Whom the link was made for. */
  readonly person: string;
}

/** The question, still open: the forms are the only things that decide. */
export function questionPage({ approval, view, incident, logUrl, token, choice, person }: Asked): Html {
  const choices = [...approval.choices].sort((a, b) => Number(b.id === choice) - Number(a.id === choice));
  return page({
    title: approval.question,
    body: html`
<section class="panel">
  <p class="kicker">Your decision is asked for</p>
  <h1>${foreign(approval.question)}</h1>
  <p class="muted">${foreign(view.run)} · you answer as <strong>${foreign(person)}</strong> · open until ${time(approval.expiresAt)}</p>
  <p>${foreign(view.state)}</p>
  <p class="muted">Nothing has been decided by opening this page. Read what each answer does, then press one.</p>
  <div class="choices">${choices.map((each) => choiceForm({ approval, choice: each, token, first: each.id === choice }))}</div>
  <p><a href="${logUrl}">What the run has done so far</a></p>
</section>
${evidence(view, incident)}`,
  });
}

/** The question after it was answered, expired or cancelled. */
export function closedPage({
  approval,
  view,
  incident,
  logUrl,
  title,
  text,
}: Shown & { readonly title: string; readonly text: string }): Html {
  return page({
    title,
    body: html`
<section class="panel notice">
  <p class="kicker">${foreign(view.run)}</p>
  <h1>${title}</h1>
  <p>${foreign(text)}</p>
  <p class="muted">The question was: ${foreign(approval.question)}</p>
  <p class="muted">There is nothing more to do here. You can close this page, or <a href="${logUrl}">follow the run in its log</a>.</p>
</section>
${evidence(view, incident)}`,
  });
}

/** How a decision reads: `Carol Ortiz chose Block in Slack, 03:12 UTC`. */
export function decisionSentence(approval: Approval, decision: Decision): string {
  const at = `${decision.at.slice(0, 10)} ${decision.at.slice(11, 16)} UTC`;
  const label = labelOf(approval, decision.choice);
  if (decision.outcome === 'cancelled') {
    const who = decision.by.length === 0 ? '' : ` by ${decision.by.join(' and ')}`;
    return `The run was cancelled${who} (${at}). The question no longer stands.`;
  }
  if (decision.outcome === 'disagreed') return `The answers disagreed, so no choice could win (${at}).`;
  if (decision.outcome === 'expired') return `Nobody answered in time (${at}).`;
  if (decision.by.length === 0) return `Nobody answered in time, so ${label} counts (${at}).`;
  return `${decision.by.join(' and ')} chose ${label} ${VIA_NAMES[decision.via]} (${at}).`;
}

/** What a choice is called. */
export function labelOf(approval: Approval, choice: string): string {
  return approval.choices.find(({ id }) => id === choice)?.label ?? choice;
}

interface ChoiceForm {
  readonly approval: Approval;
  readonly choice: Approval['choices'][number];
  readonly token: string;
  readonly first: boolean;
}

function choiceForm({ approval, choice, token, first }: ChoiceForm): Html {
  const effects = approval.effects[choice.id] ?? [];
  return html`<form method="post" action="/approvals/${approval.id}" class="choice ${first ? 'first' : ''}">
  <h2>${foreign(choice.label)}${first ? html` <span class="badge accent">picked in the mail</span>` : ''}</h2>
  ${effects.length === 0 ? html`<p class="muted">Nothing is changed outside.</p>` : html`<p class="muted">Will do:</p><ul>${effects.map((line) => html`<li>${foreign(line)}</li>`)}</ul>`}
  <input type="hidden" name="t" value="${token}">
  <input type="hidden" name="choice" value="${choice.id}">
  <button type="submit" class="${choice.style}">Yes, ${choice.label}</button>
</form>`;
}

// The same sections, in the same order, as in the mail that led here.
function evidence(view: ApprovalView, incident: IncidentView | null): Html {
  const { sections } = collectEvidence(view, incident);
  const source = incident?.url.startsWith('https://') ? incident.url : '';
  return html`${sections.map(evidenceSection)}
${source === '' ? '' : html`<p><a href="${source}" rel="noreferrer noopener">Open the incident at its source</a></p>`}`;
}

function evidenceSection({ title, paragraphs, rows }: Section): Html {
  const facts = rows.map(({ name, lines }) => ({ name, value: lines.map(({ text }) => text).join('\n') }));
  return html`<section class="panel">
  <h2>${foreign(title)}</h2>
  ${paragraphs.map(({ text }) => html`<p class="prose">${foreign(text)}</p>`)}
  ${factList(facts)}
</section>`;
}
