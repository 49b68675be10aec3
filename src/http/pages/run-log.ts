// The log of one run as a page: what it worked on, each step with its times, inputs and outputs, and who decided what.
import { html } from 'hono/html';
import type { Approval, Cause, Decision, RunLog, RunStatus, RunStepLog } from '../../model/run.ts';
import { factList, foreign, type Html, page, time, VIA_NAMES } from './layout.ts';
import { shownJson } from './redact.ts';

/** `nameOf` turns a person id into a name. */
export function runLogPage({ log, nameOf }: { readonly log: RunLog; readonly nameOf: (person: string) => string }): Html {
  const title = `Run ${log.number} · ${log.playbook}`;
  return page({
    title,
    body: html`
<section class="panel">
  <p class="kicker">Run log</p>
  <h1>${title} ${badge(log.status)}</h1>
  ${log.summary === '' || log.error !== '' ? '' : html`<p>${foreign(log.summary)}</p>`}
  ${log.error === '' ? '' : html`<p class="failure" role="alert">${foreign(log.error)}</p>`}
  ${factList(facts(log, nameOf))}
  ${log.incident?.url.startsWith('https://') ? html`<p><a href="${log.incident.url}" rel="noreferrer noopener">Open the incident at its source</a></p>` : ''}
  <p class="muted">${log.finishedAt === '' ? 'This run is not over. Reload the page to see more.' : 'This run is over; this log does not change any more.'}</p>
</section>
${log.approvals.length === 0 ? '' : html`<section class="panel"><h2>Decisions</h2>${log.approvals.map((approval) => decisionItem(approval))}</section>`}
<section class="panel">
  <h2>Steps</h2>
  ${log.steps.length === 0 ? html`<p class="muted">No step has started yet.</p>` : html`<ol class="timeline">${log.steps.map(stepItem)}</ol>`}
</section>`,
  });
}

const STATUS_TONES = {
  running: 'accent',
  waiting: 'warning',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'neutral',
  expired: 'neutral',
  disagreed: 'neutral',
} as const satisfies Record<RunStatus, string>;

function badge(status: RunStatus): Html {
  return html`<span class="badge ${STATUS_TONES[status]}">${status}</span>`;
}

function facts(log: RunLog, nameOf: (person: string) => string): { name: string; value: string }[] {
  const incident = log.incident;
  return [
    { name: 'Works on', value: `${log.subject.kind} ${log.subjectDisplay}` },
    {
      name: 'Incident',
      value: incident === null ? '' : `${incident.number === 0 ? '' : `#${incident.number} `}${incident.title} (${incident.severity})`,
    },
    { name: 'Started by', value: causeText(log.cause, nameOf) },
    { name: 'Asked for', value: utc(log.createdAt) },
    { name: 'Started', value: utc(log.startedAt) },
    { name: 'Finished', value: utc(log.finishedAt) },
    { name: 'Took', value: duration(log.createdAt, log.finishedAt) },
  ];
}

function causeText(cause: Cause, nameOf: (person: string) => string): string {
  return cause.kind === 'rule' ? `rule ${cause.rule}` : `${nameOf(cause.person)} ${VIA_NAMES[cause.via]}`;
}

function decisionItem(approval: Approval): Html {
  const label = (choice: string): string => approval.choices.find(({ id }) => id === choice)?.label ?? choice;
  const decision = approval.decision;
  // A single vote says nothing that the decision does not.
  const showVotes = approval.votes.length > (decision?.outcome === 'chosen' ? 1 : 0);
  return html`<article class="decision">
  <h3>${foreign(approval.question)}</h3>
  <p class="outcome">${decision === null ? html`Waiting until ${time(approval.expiresAt)} for ${approval.quorum} of: ${foreign(approval.approvers.join(', '))}` : decisionText(decision, label)}</p>
  ${showVotes ? html`<ul>${approval.votes.map((vote) => html`<li>${foreign(vote.name)}: <strong>${label(vote.choice)}</strong> ${VIA_NAMES[vote.via]}, ${time(vote.at)}</li>`)}</ul>` : ''}
</article>`;
}

function decisionText(decision: Decision, label: (choice: string) => string): Html {
  const at = html`${VIA_NAMES[decision.via]}, ${time(decision.at)}`;
  if (decision.outcome === 'chosen') {
    const who = decision.by.length === 0 ? 'by default' : `by ${decision.by.join(' and ')}`;
    return html`<strong>${label(decision.choice)}</strong> ${foreign(who)} ${at}`;
  }
  const words = { expired: 'Nobody answered in time', disagreed: 'The answers disagreed', cancelled: 'Cancelled' } as const;
  const who = decision.by.length === 0 ? '' : `by ${decision.by.join(' and ')} `;
  return html`<strong>${words[decision.outcome]}</strong> ${foreign(who)}${at}`;
}

function stepItem(step: RunStepLog): Html {
  return html`<li class="step ${step.status}">
  <div class="step-head">
    <span class="dot" aria-hidden="true"></span>
    <strong>${foreign(step.path)}</strong>
    <span class="muted">${step.action === '' ? step.kind : step.action}${step.attempt > 1 ? html` · attempt ${step.attempt}` : ''}</span>
    <span class="badge ${STEP_TONES[step.status]}">${step.status}</span>
    <span class="when">${time(step.startedAt)}${step.finishedAt === '' ? '' : html` · ${duration(step.startedAt, step.finishedAt)}`}</span>
  </div>
  ${step.error === '' ? '' : html`<p class="failure">${foreign(step.error)}</p>`}
  ${values('Inputs', step.input)}${values('Outputs', step.output)}
</li>`;
}

const STEP_TONES = { started: 'accent', waiting: 'warning', done: 'good', failed: 'bad', skipped: 'neutral' } as const satisfies Record<
  RunStepLog['status'],
  string
>;

function values(title: string, value: unknown): Html {
  const empty = value === null || value === undefined || (typeof value === 'object' && Object.keys(value).length === 0);
  return empty ? html`` : html`<details><summary>${title}</summary><pre><bdi>${shownJson(value)}</bdi></pre></details>`;
}

function utc(iso: string): string {
  return iso === '' ? '' : `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

function duration(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from);
  if (Number.isNaN(ms)) return '';
  if (ms < 1_000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  return minutes < 60 ? `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
