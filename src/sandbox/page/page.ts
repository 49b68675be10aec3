// The page at `/`: what the outside systems hold, for a person who wants to see what a playbook did.
import { randomBytes } from 'node:crypto';
import type { Answer } from '../call.ts';
import { summarise } from '../summary.ts';
import type { World } from '../world.ts';
import { type Html, html } from './html.ts';
import { SCRIPT, STYLE } from './style.ts';

type Summary = ReturnType<typeof summarise>;

/** The whole page. Texts in it come from incidents and mails: all of them are escaped, and only our own script may run. */
export function renderPage(world: World, now: Date): Answer {
  const state = summarise(world, now);
  const nonce = randomBytes(16).toString('base64');
  const content = html`<main>
    <div class="wide">
      ${users(state)}
      <div>${[blocked(state), machines(state), mails(world)]}</div>
    </div>
    ${[incidents(state), tickets(state)]}
  </main>`;
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Picket sandbox</title>
<style nonce="${nonce}">${STYLE}</style></head><body>
<header><h1>The outside world</h1><p>Stand-ins for the systems that playbooks act on. Nothing here leaves this machine.</p></header>
${content.html}
<script nonce="${nonce}">${SCRIPT}</script></body></html>`;
  const policy = `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  };
  return { status: 200, headers, body };
}

function users(state: Summary): Html {
  return table(
    'Entra ID: users',
    ['Name', 'Account', 'Sessions valid from'],
    state.users.map((user) => [
      html`${user.displayName} <br /><small>${user.userPrincipalName}${notes(user)}</small>`,
      user.accountEnabled ? html`<span class="good">enabled</span>` : html`<span class="bad">disabled</span>`,
      html`${time(user.signInSessionsValidFromDateTime)}`,
    ]),
  );
}

function notes(user: Summary['users'][number]): string {
  const words = [
    user.administrator && 'administrator',
    user.onPremisesSyncEnabled && 'synchronised',
    user.userType === 'Guest' && 'guest',
    user.riskState !== 'none' && user.riskState,
  ].filter((word) => word !== false);
  return words.map((word) => `, ${word}`).join('');
}

function blocked(state: Summary): Html {
  return table(
    'Firewall: blocked addresses',
    ['Address', 'Tag', 'Since', 'Until'],
    state.blocked.map((entry) => [
      html`<span class="bad">${entry.ip}</span>`,
      html`${entry.tag}`,
      html`${time(entry.registeredAt)}`,
      html`${entry.expiresAt === '' ? 'somebody unblocks it' : time(entry.expiresAt)}`,
    ]),
  );
}

function incidents(state: Summary): Html {
  return table(
    'Sentinel: incidents',
    ['Number', 'Title', 'Status', 'Owner and tags', 'Comments'],
    [...state.incidents].reverse().map((incident) => [
      html`${incident.number}`,
      html`${incident.title} <br /><small>${incident.severity}</small>`,
      html`<span class="${incident.status === 'Closed' ? 'good' : 'warn'}">${incident.status}</span>
        <small>${incident.classification} ${incident.classificationReason} ${incident.classificationComment}</small>`,
      html`${[incident.owner, ...incident.labels].filter((word) => word !== '').join(', ')}`,
      list(incident.comments.map(({ message }) => message)),
    ]),
  );
}

function tickets(state: Summary): Html {
  return table(
    'ServiceNow: tickets',
    ['Number', 'Subject', 'State', 'Notes'],
    [...state.tickets]
      .reverse()
      .map((row) => [
        html`<span class="whole">${row.number}</span>`,
        html`${row.short_description} <br /><small>priority ${row.priority}</small>`,
        html`${STATES[row.state] ?? ''} <small>${row.close_code} ${row.close_notes}</small>`,
        list(row.journal.map(({ value }) => value)),
      ]),
  );
}

const STATES: Readonly<Record<string, string>> = {
  '1': 'New',
  '2': 'In Progress',
  '3': 'On Hold',
  '6': 'Resolved',
  '7': 'Closed',
  '8': 'Canceled',
};

function machines(state: Summary): Html {
  return table(
    'Defender: machines',
    ['Machine', 'Network', 'Actions'],
    state.machines.map((machine) => [
      html`${machine.computerDnsName} <br /><small>${machine.healthStatus}, seen ${time(machine.lastSeen)}</small>`,
      machine.isolated ? html`<span class="bad">isolated</span>` : html`<span class="good">connected</span>`,
      list(machine.actions.map(({ type, status, comment }) => `${type}: ${status} (${comment})`)),
    ]),
  );
}

function mails(world: World): Html {
  return table(
    'Mail server: mails',
    ['To', 'Mail'],
    [...world.mail.mails]
      .reverse()
      .map((mail) => [
        html`<span class="whole">${mail.to.join(', ')}</span> <br /><small>${time(mail.at)}</small>`,
        html`<details id="mail-${mail.id}"><summary>${mail.subject}</summary><pre>${mail.text}</pre></details>`,
      ]),
  );
}

function table(title: string, columns: readonly string[], rows: readonly (readonly Html[])[]): Html {
  if (rows.length === 0) return html`<section><h2>${title}</h2><p>None yet.</p></section>`;
  const body = rows.map((cells) => html`<tr>${cells.map((cell, at) => html`<td data-label="${columns[at] ?? ''}">${cell}</td>`)}</tr>`);
  return html`<section><h2>${title}</h2><table><thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead><tbody>${body}</tbody></table></section>`;
}

function list(texts: readonly string[]): Html {
  return texts.length === 0 ? html`` : html`<ul>${texts.map((text) => html`<li>${text}</li>`)}</ul>`;
}

function time(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
