// The frame of every page, and the page that says why something is not shown. Values are escaped by the tagged template.
import { html } from 'hono/html';
import { cleanLine, cleanText } from '../../cards/clean.ts';

/** What a tagged template makes: escaped, ready to be put into another. */
export type Html = ReturnType<typeof html>;

/** Text from outside: marks that hide or reorder are taken out, and what is written from right to left stays in its place. */
export function foreign(text: string): Html {
  return html`<bdi>${cleanText(text, MAX_TEXT)}</bdi>`;
}

const MAX_TEXT = 5_000;

/** One whole page. */
export function page({ title, body }: { readonly title: string; readonly body: Html }): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${cleanLine(title, 200)} · Picket</title>
<link rel="stylesheet" href="/assets/picket.css">
<link rel="icon" href="data:,">
</head>
<body>
<header class="bar"><span class="brand">Picket</span></header>
<main>${body}</main>
</body>
</html>`;
}

/** A page that says what happened, what did not, and what to do. */
export function errorPage({ title, text, remedy }: { readonly title: string; readonly text: string; readonly remedy: string }): Html {
  return page({
    title,
    body: html`<section class="panel notice"><h1>${title}</h1><p>${foreign(text)}</p>${remedy === '' ? '' : html`<p class="remedy">${foreign(remedy)}</p>`}</section>`,
  });
}

/** Name and value pairs, side by side where there is room. */
export function factList(facts: readonly { readonly name: string; readonly value: string }[]): Html {
  const shown = facts.filter(({ value }) => value !== '');
  if (shown.length === 0) return html``;
  return html`<dl class="facts">${shown.map(({ name, value }) => html`<div><dt>${foreign(name)}</dt><dd>${foreign(value)}</dd></div>`)}</dl>`;
}

/** A point in time as people read it: `2026-03-01 03:12 UTC`. */
export function time(iso: string): Html {
  return iso === '' ? html`` : html`<time datetime="${iso}">${readable(iso)}</time>`;
}

function readable(iso: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(iso) ? `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC` : iso;
}

/** Names of the places a decision comes from, as in `decided in Slack`. */
export const VIA_NAMES = {
  slack: 'in Slack',
  teams: 'in Teams',
  console: 'in the console',
  email: 'by e-mail',
  timer: 'when the time was up',
  engine: 'by Picket',
} as const;
