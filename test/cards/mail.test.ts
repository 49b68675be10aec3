// The approval mail: everything there is to know, links that only lead to a page, nothing of the incident that acts.
import { describe, expect, it } from 'vitest';
import { collectEvidence } from '../../src/cards/evidence.ts';
import { defang, renderApprovalMail } from '../../src/cards/mail.ts';
import { ConfigError } from '../../src/model/errors.ts';
import type { ApprovalView, IncidentView, Mail } from '../../src/model/views.ts';
import { empty, hostile, samples } from './views.ts';

const links = [
  { label: 'Block', style: 'destructive', url: 'https://picket.example.net/approve/t1?choice=block&for=carol' },
  { label: 'Ignore', style: 'default', url: 'https://picket.example.net/approve/t2' },
] as const;
const logUrl = 'https://picket.example.net/runs/17?link=t3';

function mailOf(approval: ApprovalView, incident: IncidentView | null): Mail {
  return renderApprovalMail({ approval, incident, links, logUrl });
}

const approvals = hostile.filter((view) => view.card === 'approval');
const incidents = hostile.filter((view) => view.card === 'incident');

describe('the approval mail', () => {
  const mail = mailOf(samples.approval, samples.incident);

  it('shows all the information of approval and incident, in HTML and in text', () => {
    const { approval, incident } = samples;
    const facts = [
      ...approval.evidence,
      ...approval.effects,
      ...approval.votes,
      ...incident.facts,
      ...incident.entities,
      ...incident.runs,
      ...incident.decisions,
    ];
    const texts = [
      approval.question,
      approval.state,
      approval.run,
      approval.deadline,
      incident.title,
      incident.severity,
      incident.status,
      incident.number,
    ];
    for (const text of [...texts, ...incident.description.split('\n'), ...facts.flatMap((fact) => fact.value.split('\n'))]) {
      const shown = text.startsWith(`${incident.number} `) ? text.slice(incident.number.length + 1) : text;
      expect(mail.html).toContain(shown);
      expect(mail.text).toContain(shown);
    }
  });

  it('links to nothing but the given pages, and says that opening them changes nothing', () => {
    const targets = [...mail.html.matchAll(/(?:href|src|action)="([^"]*)"/g)].map((match) => match[1]?.replaceAll('&amp;', '&'));
    expect(targets).toEqual([...links.map((link) => link.url), logUrl]);
    for (const link of links) expect(mail.text).toContain(`${link.label}:\n${link.url}\n`);
    for (const body of [mail.html, mail.text]) expect(body).toContain('opening it changes nothing');
    expect(mail.html).not.toMatch(/<form|<script|<img|<link/);
  });

  it('has a subject of one line, however the question is written', () => {
    const question = `Block?\r\nBcc: everyone@example.com\u2028${'x'.repeat(500)}`;
    const { subject } = mailOf({ ...samples.approval, question }, samples.incident);
    expect(subject).toMatch(/^Decision needed \(High #4711\): Block\? Bcc: everyone@example.com x+… \(\d+ more characters\)$/);
    expect(subject.length).toBeLessThanOrEqual(150);
  });

  it('begins with the deadline where lists of mails show a preview', () => {
    expect(mail.html.indexOf(samples.approval.deadline)).toBeLessThan(mail.html.indexOf('<h1'));
  });

  it('is complete without an incident', () => {
    const alone = mailOf(samples.approval, null);
    expect(alone.subject).toBe(`Decision needed: ${samples.approval.question}`);
    for (const fact of samples.approval.evidence) expect(alone.html).toContain(fact.value);
  });

  it('escapes hostile texts, and makes no address in them clickable', () => {
    for (const [index, approval] of approvals.entries()) {
      const { html, text, subject } = mailOf(approval, incidents[index] ?? null);
      const visible = html.replace(/ href="https:\/\/picket[^"]*"/g, '');
      expect(visible).not.toMatch(/<script|<img|onerror=alert\(1\)>|https?:\/\//);
      expect(text.replaceAll('https://picket.example.net', '')).not.toMatch(/https?:\/\//);
      expect(`${html}${text}${subject}`).not.toMatch(/[\u200B\u202E\u2066]/);
      expect(Buffer.byteLength(html)).toBeLessThan(102_000);
    }
  });

  it('refuses links that are no web address', () => {
    const bad = { approval: samples.approval, incident: null, logUrl: '' };
    expect(() => renderApprovalMail({ ...bad, links: [{ label: 'Block', style: 'default', url: 'javascript:alert(1)' }] })).toThrow(
      ConfigError,
    );
  });

  it('writes foreign addresses so that they do not open', () => {
    expect(defang('see https://evil.example.net/a.b?c and HTTP://x.example')).toBe(
      'see hxxps://evil[.]example[.]net/a.b?c and hxxp://x[.]example',
    );
  });
});

describe('the evidence, for mail and page', () => {
  it('is clean: nothing invisible, nothing too long', () => {
    for (const [index, approval] of approvals.entries()) {
      const shown = JSON.stringify(collectEvidence(approval, incidents[index] ?? null));
      expect(shown).not.toMatch(/[\u200B\u202E\u2066]/);
      expect(shown.length).toBeLessThan(40_000);
    }
  });

  it('leaves out what is empty', () => {
    const bare = empty.find((view) => view.card === 'approval');
    if (bare === undefined) throw new Error('no empty approval');
    expect(collectEvidence(bare, null).sections).toEqual([]);
  });

  it('says nothing twice that the incident says already', () => {
    const again = { name: 'Entities', value: 'Account alice@contoso.com\nIP 203.0.113.50' };
    const evidence = [...samples.approval.evidence, again, { name: 'Description', value: samples.incident.description }];
    const { sections } = collectEvidence({ ...samples.approval, evidence }, samples.incident);
    expect(sections.find((section) => section.title === 'Evidence')?.rows.map((row) => row.name)).toEqual(['Activity']);
  });
});
