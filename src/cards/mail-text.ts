// The approval mail as plain text, for clients and people that do not show HTML.

import type { Section } from './evidence.ts';
import { DEFANG_NOTE, LINK_NOTE, type MailContent } from './mail-content.ts';
import type { Row } from './rows.ts';

export function mailText(content: MailContent): string {
  const { evidence, links, logUrl } = content;
  const head = [content.about, evidence.question, evidence.state, evidence.run].filter((each) => each !== '');
  const effects = evidence.effects.map((effect) => [effect.name, ...effect.lines.map((line) => `  - ${line.text}`)].join('\n'));
  const choices = links.map((link) => `${link.label}:\n${link.url}`);
  return `${[
    head.join('\n'),
    evidence.deadline.map((line) => line.text).join('\n'),
    [heading('What each choice does'), ...effects].join('\n'),
    [heading('Your answer'), ...choices, LINK_NOTE].join('\n'),
    ...evidence.sections.map(section),
    logUrl === '' ? '' : `Log of the run:\n${logUrl}`,
    DEFANG_NOTE,
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`;
}

function section(given: Section): string {
  return [heading(given.title), ...given.paragraphs.map((line) => line.text), ...given.rows.map(row)].join('\n');
}

function heading(title: string): string {
  return `${title}\n${'-'.repeat(Math.min(title.length, 60))}`;
}

function row(given: Row): string {
  const [first, ...rest] = given.lines.map((line) => line.text);
  return [`${given.name}: ${first ?? ''}`, ...rest.map((text) => `  ${text}`)].join('\n');
}
