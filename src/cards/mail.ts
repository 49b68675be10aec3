// The mail that asks for a decision: all there is to know, and links that lead to a page. No link in it decides anything.
import { ConfigError } from '../model/errors.ts';
import type { ApprovalView, IncidentView, Mail } from '../model/views.ts';
import { cleanLine } from './clean.ts';
import { collectEvidence, type Evidence } from './evidence.ts';
import type { MailContent, MailLink } from './mail-content.ts';
import { mailHtml } from './mail-html.ts';
import { mailText } from './mail-text.ts';
import type { Line, Row } from './rows.ts';

const SUBJECT_LENGTH = 150;
const PREHEADER_LENGTH = 150;

/** Foreign addresses are made unclickable; a link of ours that is not http or https is refused. */
export function renderApprovalMail(given: {
  readonly approval: ApprovalView;
  readonly incident: IncidentView | null;
  readonly links: readonly MailLink[];
  /** The run's log for this recipient, '' for none. */
  readonly logUrl: string;
}): Mail {
  const { approval, incident, links, logUrl } = given;
  for (const url of [...links.map((each) => each.url), ...(logUrl === '' ? [] : [logUrl])]) {
    if (/^https?:\/\//.test(url)) continue;
    throw new ConfigError('A link in an approval mail does not start with https://: set the public address that people reach Picket at.');
  }
  const about = incident === null ? '' : `${incident.severity} severity · Incident ${incident.number}`;
  const content: MailContent = {
    preheader: defang(cleanLine(`${approval.state}. ${approval.deadline}`, PREHEADER_LENGTH)),
    about: defang(cleanLine(about, PREHEADER_LENGTH)),
    aboutTone: incident?.tone ?? 'default',
    evidence: defanged(collectEvidence(approval, incident)),
    links: links.map((link) => ({ ...link, label: cleanLine(link.label, LABEL_LENGTH) || 'Open' })),
    logUrl,
  };
  const subject = cleanLine(
    `Decision needed${incident === null ? '' : ` (${incident.severity} ${incident.number})`}: ${approval.question}`,
    SUBJECT_LENGTH,
  );
  return { subject, html: mailHtml(content), text: mailText(content) };
}

const LABEL_LENGTH = 60;

/** Mail clients make links of whatever looks like one: `https://evil.example` is written `hxxps://evil[.]example`. */
export function defang(text: string): string {
  return text.replace(/\bhttp(s?):\/\/([^\s/?#]+)/gi, (_, secure: string, host: string) => {
    return `hxxp${secure.toLowerCase()}://${host.replaceAll('.', '[.]')}`;
  });
}

function defanged(evidence: Evidence): Evidence {
  const line = (each: Line): Line => ({ text: defang(each.text) });
  const row = (each: Row): Row => ({ name: defang(each.name), lines: each.lines.map(line) });
  return {
    ...evidence,
    question: defang(evidence.question),
    state: defang(evidence.state),
    run: defang(evidence.run),
    deadline: evidence.deadline.map(line),
    effects: evidence.effects.map(row),
    sections: evidence.sections.map((each) => ({
      title: defang(each.title),
      paragraphs: each.paragraphs.map(line),
      rows: each.rows.map(row),
    })),
  };
}
