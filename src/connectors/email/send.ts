// A mail of a playbook: text as given, and the same as HTML. Approval mails are rendered elsewhere and go through the mailer directly.
import { type Action, defineAction } from '../../model/action.ts';
import type { Lazy } from '../lazy.ts';
import type { Mailer } from './mailer.ts';
import { SendInput, SendOutput } from './schemas.ts';

export function send(mailer: Lazy<Mailer>): Action {
  return defineAction({
    name: 'email.send',
    description: 'Sends a mail.',
    effect: 'write',
    input: SendInput,
    output: SendOutput,
    describe: (input) => `Mail ${typeof input.to === 'string' ? input.to : input.to.join(', ')}: ${input.subject.slice(0, 100)}`,
    async run({ to, subject, text }, { key, signal }) {
      const messageId = mailer().messageIdOf(key);
      const { accepted } = await mailer().send({ to, subject, text, html: htmlOf(text), messageId }, signal);
      return { message_id: messageId, accepted: [...accepted] };
    },
  });
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function htmlOf(text: string): string {
  const paragraphs = text.trim().split(/\r?\n\s*\r?\n/);
  const html = paragraphs.map(
    (paragraph) => `<p>${paragraph.replace(/[&<>"']/g, (found) => ESCAPES[found] ?? '').replace(/\r?\n/g, '<br>')}</p>`,
  );
  return `<!doctype html><html><body style="font-family:sans-serif">${html.join('')}</body></html>`;
}
