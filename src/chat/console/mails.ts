// The mailbox: mails that the sandbox's mail server took, read from it over loopback HTTP.
import { z } from 'zod';
import { ConfigError, messageOf } from '../../model/errors.ts';

const Mail = z.object({
  id: z.string(),
  from: z.string(),
  to: z.union([z.string().transform((address) => [address]), z.array(z.string())]),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  at: z.string(),
});
export type Mail = z.output<typeof Mail>;
const Mails = z.union([z.array(Mail), z.object({ mails: z.array(Mail) }).transform(({ mails }) => mails)]);

export interface Mailbox {
  /** All mails, newest first. Throws ConfigError when the sandbox does not answer. */
  list(): Promise<readonly Mail[]>;
}

/** `sandboxUrl`: where the sandbox answers `/control/mails`; '' for an empty mailbox. */
export function createMailbox(sandboxUrl: string): Mailbox {
  return {
    list: async () => {
      if (sandboxUrl === '') return [];
      try {
        const response = await fetch(`${sandboxUrl}/control/mails`, { signal: AbortSignal.timeout(3_000) });
        if (!response.ok) throw new Error(`status ${response.status}`);
        const mails = Mails.parse(await response.json());
        return mails.toSorted((a, b) => b.at.localeCompare(a.at));
      } catch (error) {
        throw new ConfigError(`the sandbox's mailbox does not answer: ${messageOf(error)}`, error);
      }
    },
  };
}

/** True when the mail went to this address. */
export function isFor(mail: Mail, address: string): boolean {
  const wanted = address.toLowerCase();
  return address !== '' && mail.to.flatMap((to) => to.split(',')).some((to) => bare(to) === wanted);
}

// `Carol Ortiz <carol@contoso.com>` or the address alone.
function bare(to: string): string {
  return (/<([^<>]*)>/.exec(to)?.[1] ?? to).trim().toLowerCase();
}

/** A mail as a document of its own: no scripts, nothing from elsewhere, links open in a new tab. */
export function mailDocument(mail: Mail): Response {
  const html = mail.html === '' ? `<pre>${escapeHtml(mail.text)}</pre>` : mail.html;
  const base = '<base target="_blank">';
  const document = /<head[^>]*>/i.test(html)
    ? html.replace(/<head[^>]*>/i, (head) => head + base)
    : `<!doctype html><head>${base}</head>${html}`;
  return new Response(document, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // The page behind a link is an ordinary page again: the sandbox ends at the new tab.
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox",
      'cache-control': 'no-store',
    },
  });
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
