// The approval mail as HTML that old clients draw too: tables, inline styles, no script, no picture, nothing loaded from anywhere.
// Clients that know dark mode use the classes; the others keep the inline colours, which stand on their own.
import type { Button, Tone } from '../model/views.ts';
import type { Section } from './evidence.ts';
import { escapeHtml } from './html.ts';
import { DEFANG_NOTE, LINK_NOTE, type MailContent, type MailLink } from './mail-content.ts';
import type { Line, Row } from './rows.ts';

const FONT = "font-family:'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const DARK = `@media (prefers-color-scheme:dark){.page{background:#1b1a19!important}.card{background:#252423!important;border-color:#484644!important}
.ink{color:#f3f2f1!important}.soft{color:#c8c6c4!important}.line{border-color:#484644!important}}`;

/** Background and ink of each tone, both for white and for dark surroundings (contrast at least 4.5). */
const TONES: Readonly<Record<Tone, { readonly back: string; readonly ink: string }>> = {
  default: { back: '#e1dfdd', ink: '#201f1e' },
  accent: { back: '#cfe4fa', ink: '#0c3b5e' },
  good: { back: '#cdebcd', ink: '#0b4a0b' },
  warning: { back: '#fde7b0', ink: '#5c3d00' },
  attention: { back: '#f8c9cc', ink: '#6e0811' },
};

const BUTTONS: Readonly<Record<Button['style'], { readonly back: string; readonly ink: string }>> = {
  default: { back: '#e1dfdd', ink: '#201f1e' },
  positive: { back: '#0f6b0f', ink: '#ffffff' },
  destructive: { back: '#b10e1c', ink: '#ffffff' },
};

export function mailHtml(content: MailContent): string {
  const { evidence, links, logUrl } = content;
  const state = TONES[evidence.tone];
  const about = TONES[content.aboutTone];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<title>${escapeHtml(evidence.question)}</title><style>${DARK}</style></head>
<body class="page" style="margin:0;padding:0;background:#f3f2f1">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(content.preheader)}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background:#f3f2f1"><tr><td align="center" style="padding:16px 8px">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:640px;background:#ffffff;border:1px solid #e1dfdd;border-radius:8px;text-align:left">
${content.about === '' ? '' : row(`<span style="${FONT};display:inline-block;padding:3px 10px;border-radius:12px;font-size:13px;font-weight:600;background:${about.back};color:${about.ink}">${escapeHtml(content.about)}</span>`, '20px 24px 0')}
${row(`<h1 class="ink" style="${FONT};margin:0;font-size:22px;line-height:28px;font-weight:600;color:#201f1e;word-break:break-word">${escapeHtml(evidence.question)}</h1>`, '12px 24px 0')}
${row(`<div style="${FONT};font-size:15px;line-height:21px;font-weight:600;padding:10px 14px;border-radius:6px;background:${state.back};color:${state.ink}">${escapeHtml(evidence.state)}${evidence.deadline.map((line) => `<div style="font-weight:400">${escapeHtml(line.text)}</div>`).join('')}</div>`, '12px 24px 0')}
${row(`<h2 class="ink" style="${HEADING}">What each choice does</h2>${evidence.effects.map(effect).join('')}`, '16px 24px 0')}
${row(`${links.map(button).join('')}<p class="soft" style="${SMALL}">${escapeHtml(LINK_NOTE)}</p>`, '16px 24px 8px')}
${evidence.sections.map(section).join('\n')}
${row(`<p class="soft" style="${SMALL}">${escapeHtml(evidence.run)}${logUrl === '' ? '' : ` · <a class="ink" href="${escapeHtml(logUrl)}" style="color:#201f1e">Open the log of the run</a>`}<br>${escapeHtml(DEFANG_NOTE)}</p>`, '12px 24px 20px')}
</table></td></tr></table></body></html>
`;
}

const HEADING = `${FONT};margin:0 0 4px;font-size:15px;line-height:21px;font-weight:600;color:#201f1e`;
const BODY = `${FONT};font-size:14px;line-height:20px;color:#201f1e;word-break:break-word`;
const SMALL = `${FONT};margin:8px 0 0;font-size:12px;line-height:17px;color:#605e5c;word-break:break-word`;

function row(html: string, padding: string): string {
  return `<tr><td style="padding:${padding}">${html}</td></tr>`;
}

function effect(given: Row): string {
  const items = given.lines.map((line) => `<li style="margin:0">${escapeHtml(line.text)}</li>`).join('');
  return `<div class="ink" style="${BODY};margin:4px 0 0"><strong>${escapeHtml(given.name)}</strong><ul style="margin:0;padding:0 0 0 20px">${items}</ul></div>`;
}

/** A cell with a background is a button in every client; where padding of links is ignored, the cell's own stands in. */
function button(link: MailLink): string {
  const { back, ink } = BUTTONS[link.style];
  const look = `${FONT};display:inline-block;padding:10px 22px;border-radius:6px;font-size:15px;font-weight:600;text-decoration:none`;
  const anchor = `<a href="${escapeHtml(link.url)}" style="${look};background:${back};color:${ink}">${escapeHtml(link.label)}</a>`;
  const cell = `<td bgcolor="${back}" style="border-radius:6px;mso-padding-alt:10px 22px">${anchor}</td>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" style="display:inline-table;margin:0 8px 8px 0"><tr>${cell}</tr></table>`;
}

function section(given: Section): string {
  const paragraphs = given.paragraphs.map((line) => `<p class="ink" style="${BODY};margin:0 0 6px">${escapeHtml(line.text)}</p>`).join('');
  const rows = given.rows.map((each) => fact(each.name, each.lines)).join('');
  const table = rows === '' ? '' : `<table width="100%" cellpadding="0" cellspacing="0">${rows}</table>`;
  const inner = `<h2 class="ink line" style="${HEADING};border-top:1px solid #e1dfdd;padding-top:12px">${escapeHtml(given.title)}</h2>${paragraphs}${table}`;
  return row(inner, '8px 24px 4px');
}

function fact(name: string, lines: readonly Line[]): string {
  const value = lines.map((line) => escapeHtml(line.text)).join('<br>');
  const head = `<th scope="row" class="soft" width="30%" style="${BODY};color:#605e5c;font-weight:400;text-align:left;vertical-align:top;padding:2px 12px 2px 0">${escapeHtml(name)}</th>`;
  return `<tr>${head}<td class="ink" style="${BODY};vertical-align:top;padding:2px 0">${value}</td></tr>`;
}
