// From a view to a card: the template of its kind, expanded, checked, and small enough to be sent. Templates are read and parsed once
// (a cached one expands in some 60 microseconds, a new one takes thirty times that).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Template } from 'adaptivecards-templating';
import { ConfigError, messageOf } from '../model/errors.ts';
import type { Card, View } from '../model/views.ts';
import { AdaptiveCard } from './adaptive.ts';
import { toModel } from './model.ts';
import type { Budget } from './rows.ts';
import { plainText, summarise } from './summary.ts';

export interface Renderer {
  /** Never longer than 28 KB: lists and texts are shortened, and say by how much. Throws ConfigError when a template is broken. */
  render(view: View): Card;
}

const CARDS = ['incident', 'approval', 'run', 'notice'] as const satisfies readonly View['card'][];

/** Connector messages of Teams hold about 28 KB (learn.microsoft.com/connectors/teams); bots may send more, other clients not. */
export const MAX_CARD_BYTES = 28_000;

const BUDGETS: readonly Budget[] = [
  { rows: 40, title: 300, text: 1500, value: 500 },
  { rows: 20, title: 300, text: 1000, value: 300 },
  { rows: 10, title: 200, text: 600, value: 200 },
  { rows: 5, title: 150, text: 300, value: 100 },
  { rows: 3, title: 100, text: 150, value: 60 },
];

/** Reads the four templates of a folder; a missing or broken one is a ConfigError that names the file. */
export function createRenderer(options: { readonly templateDir: string }): Renderer {
  const templates = new Map(CARDS.map((card) => [card, readTemplate(join(options.templateDir, `${card}.json`))]));
  return {
    render: (view) => {
      const template = templates.get(view.card);
      if (template === undefined) throw new ConfigError(`There is no card template for ${view.card}: add cards/${view.card}.json.`);
      return { adaptive: expandToFit(template, view), text: plainText(view) };
    },
  };
}

function readTemplate(file: string): Template {
  try {
    return new Template(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new ConfigError(
      `The card template ${file} cannot be used: ${messageOf(error)}. Correct it, or restore it from the release.`,
      error,
    );
  }
}

function expandToFit(template: Template, view: View): AdaptiveCard {
  for (const budget of BUDGETS) {
    const card = expand(template, view, budget);
    if (Buffer.byteLength(JSON.stringify(card)) <= MAX_CARD_BYTES) return card;
  }
  throw new ConfigError(`The ${view.card} card stays over ${MAX_CARD_BYTES} bytes with everything shortened: give it fewer buttons.`);
}

/** Stands for the `$` of foreign text during the expansion; `cleanText` has removed any that was there before. */
const MASK = '\uE000';

function expand(template: Template, view: View, budget: Budget): AdaptiveCard {
  const model = JSON.stringify({ ...toModel(view, budget), summary: summarise(view) });
  const masked = model.includes('$');
  const root: unknown = JSON.parse(masked ? model.replaceAll('$', MASK) : model);
  const expanded: unknown = template.expand({ $root: root });
  const text = JSON.stringify(expanded);
  const warnings = template.getLastTemplateExpansionWarnings();
  // Foreign text cannot hold `${` here, so what is left of it is an expression that found no value.
  const left = /\$\{[^"]*/.exec(text)?.[0];
  if (warnings.length > 0 || left !== undefined) {
    throw new ConfigError(
      `cards/${view.card}.json expands badly: ${[...warnings, left ?? ''].join(' ').trim()}. Compare it with src/cards/model.ts.`,
    );
  }
  const parsed = AdaptiveCard.safeParse(masked ? JSON.parse(text.replaceAll(MASK, '$')) : expanded);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ConfigError(
    `cards/${view.card}.json makes a card that is not valid at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}.`,
    parsed.error,
  );
}
