// A view as plain text: what a notification, a screen reader or a client without cards gets. Short for what changes by itself,
// whole for what somebody asked for.
import type { Fact, View } from '../model/views.ts';
import { cleanLine, cleanText } from './clean.ts';

const SHORT = 300;
const WHOLE = 2500;

/** One line of at most 300 characters, for notifications. */
export function summarise(view: View): string {
  return cleanLine(headline(view), SHORT) || 'Picket';
}

/** Notices: every line of it, up to 2500 characters. The other cards: the same as `summarise`. */
export function plainText(view: View): string {
  if (view.card !== 'notice') return summarise(view);
  const link = view.url === '' ? [] : [`${view.urlLabel}: ${view.url}`];
  const all = [view.title, ...view.text, ...view.facts.map(factLine), ...link];
  return cleanText(all.join('\n'), WHOLE) || 'Picket';
}

function headline(view: View): string {
  switch (view.card) {
    case 'incident':
      return `${view.severity} incident ${view.number} (${view.status}): ${view.title}`;
    case 'approval':
      return view.buttons.length > 0
        ? `Decision needed: ${view.question} ${view.state}. ${view.run}`
        : `${view.state}: ${view.question} ${view.run}`;
    case 'run':
      return `${view.title}: ${view.state}`;
    case 'notice':
      return [view.title, ...view.text].join(' ');
  }
}

function factLine(fact: Fact): string {
  return `${fact.name}: ${fact.value}`;
}
