// What is shown of each subject in each place, read fresh when it is shown.
import { approvalView } from '../approvals/view.ts';
import { renderApprovalMail } from '../cards/mail.ts';
import { incidentView } from '../incidents/view.ts';
import type { Place } from '../model/place.ts';
import type { Card, View } from '../model/views.ts';
import { readMessage } from '../outbox/chat-outbox.ts';
import type { ShownSubject } from '../outbox/surfaces.ts';
import type { Db } from '../store/db.ts';
import { notice } from './notices.ts';
import { runView } from './run-view.ts';

export interface DrawSettings {
  readonly db: Db;
  readonly render: (view: View) => Card;
  /** Personal links for mails. */
  readonly approvalUrl: (approvalId: string, personId: string, choice: string) => Promise<string>;
  readonly runLogUrl: (runId: string, personId: string) => Promise<string>;
}

/** The newest card of a subject for a place; null when there is nothing to show. */
export function createDraw(settings: DrawSettings): (subject: ShownSubject, place: Place) => Promise<Card | null> {
  const { db, render } = settings;
  return async (subject, place) => {
    if (subject.kind === 'approval') return drawApproval(settings, subject.id, place);
    if (subject.kind === 'message') {
      const message = await readMessage(db, subject.id);
      return message === null ? null : render(notice({ title: message.title, text: message.text === '' ? [] : [message.text] }));
    }
    const view = subject.kind === 'incident' ? await incidentView(db, subject.id) : await runView(db, subject.id);
    return view === null ? null : render(view);
  };
}

async function drawApproval(settings: DrawSettings, approvalId: string, place: Place): Promise<Card | null> {
  const found = await approvalView(settings.db, approvalId);
  if (found === null) return null;
  const card = settings.render(found.view);
  if (place.platform !== 'email') return card;
  const links = await Promise.all(
    found.approval.choices.map(async (choice) => ({
      label: choice.label,
      style: choice.style,
      url: await settings.approvalUrl(approvalId, place.person, choice.id),
    })),
  );
  const incident = found.incident === null ? null : await incidentView(settings.db, found.incident.id);
  const logUrl = await settings.runLogUrl(found.approval.runId, place.person);
  return { ...card, mail: renderApprovalMail({ approval: found.view, incident, links, logUrl }) };
}
