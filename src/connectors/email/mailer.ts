// Sends mail over SMTP. A connection lost after the text was sent leaves open whether the mail is out, so each mail has a Message-ID that
// stays the same on every repetition: most mailboxes then show one.
import type { Transporter } from 'nodemailer';
import { z } from 'zod';
import { ActionError, messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { SmtpSettings } from '../../model/settings.ts';
import type { Mail } from '../../model/views.ts';

export interface OutgoingMail extends Mail {
  readonly to: string | readonly string[];
  /** Without angle brackets: `<key>@<domain>`; see `messageIdOf`. */
  readonly messageId: string;
}

export interface Mailer {
  /** Resolves when the server took it for every recipient. Throws ActionError naming those it refused. */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<{ readonly accepted: readonly string[] }>;
  /** The stable Message-ID of a key, in the sender's domain. */
  messageIdOf(key: string): string;
}

/** Opens nothing until the first mail; nodemailer is loaded then. */
export function createMailer(settings: SmtpSettings, log: Log, limits: { readonly attemptMs?: number } = {}): Mailer {
  let opened: Promise<Transporter> | undefined;
  return {
    messageIdOf: (key) => `picket-${key}@${/@([\w.-]+)/.exec(settings.from)?.[1] ?? 'picket.invalid'}`,
    async send(mail, signal) {
      opened ??= open(settings, limits.attemptMs ?? 10_000);
      const transport = await opened;
      const to = typeof mail.to === 'string' ? [mail.to] : [...mail.to];
      const message = {
        from: settings.from,
        to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        messageId: `<${mail.messageId}>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
        // Texts come from outside: they must never make the mailer read a file or fetch an address.
        disableFileAccess: true,
        disableUrlAccess: true,
      };
      const sent = await unlessAborted(transport.sendMail(message), signal).catch((error: unknown) => {
        throw failed(error, settings);
      });
      const accepted = addresses(sent.accepted);
      const rejected = addresses(sent.rejected);
      if (rejected.length === 0) return { accepted };
      log.warn('mail refused for some recipients', { rejected, messageId: mail.messageId });
      const others = accepted.length === 0 ? '' : ` ${accepted.join(', ')} got it.`;
      throw new ActionError(`The mail server refused ${rejected.join(', ')}.${others} Correct the address.`, { connector: 'email' });
    },
  };
}

async function open(settings: SmtpSettings, attemptMs: number): Promise<Transporter> {
  const { host, port, user, password, security } = settings;
  if (security === 'none' && !['127.0.0.1', '::1', 'localhost'].includes(host)) {
    throw new ActionError(`Mail to ${host} would travel in the clear: set SMTP_SECURITY to starttls or tls.`, {
      connector: 'email',
    });
  }
  const { createTransport } = await import('nodemailer');
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user === '' ? {} : { auth: { user, pass: password } }),
    // The defaults are minutes.
    connectionTimeout: attemptMs,
    greetingTimeout: attemptMs,
    socketTimeout: 2 * attemptMs,
  });
}

const SmtpFailure = z.object({
  code: z.string().catch(''),
  responseCode: z.number().catch(0),
  syscall: z.string().catch(''),
  timeoutType: z.string().catch(''),
});

/** 4xx: try later (RFC 5321, 4.2.1). 5xx: never. No code: the connection, before or after the text was taken. */
function failed(error: unknown, { host, port }: SmtpSettings): ActionError {
  if (error instanceof ActionError) return error;
  const { code, responseCode, syscall, timeoutType } = SmtpFailure.parse(error);
  const said = messageOf(error).replace(/\s+/g, ' ').slice(0, 300);
  const make = (message: string, retryable: boolean): ActionError =>
    new ActionError(message, { connector: 'email', retryable, cause: error });
  if (code === 'EAUTH') return make(`The mail server refused the login: check SMTP_USER and SMTP_PASSWORD. It says: ${said}`, false);
  if (responseCode >= 400 && responseCode < 500) return make(`The mail server is not taking mail now (${responseCode}): ${said}`, true);
  if (responseCode >= 500) return make(`The mail server refused the mail (${responseCode}): ${said}`, false);
  if (code === 'ETLS') return make(`No encrypted connection to the mail server: check SMTP_SECURITY. It says: ${said}`, false);
  if (code === 'EPROTOCOL') return make(`${host}:${port} is no mail server: check SMTP_HOST and SMTP_PORT. It says: ${said}`, false);
  // Every lost connection is told as one of command CONN; only these are certain to come before the text was sent.
  const unopened = syscall === 'connect' || code === 'EDNS' || ['CONNECTION_TIMEOUT', 'GREETING_TIMEOUT'].includes(timeoutType);
  const what = unopened
    ? `The mail server ${host}:${port} cannot be reached`
    : 'The connection to the mail server broke; the mail may be out all the same';
  return make(`${what}: ${said}. Check SMTP_HOST and SMTP_PORT.`, true);
}

function addresses(list: readonly (string | { readonly address: string })[] | undefined): readonly string[] {
  return (list ?? []).map((entry) => (typeof entry === 'string' ? entry : entry.address));
}

async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void =>
    reject(
      new ActionError('Sending the mail was stopped: the step ran out of time or the run was cancelled. It may be out.', {
        connector: 'email',
      }),
    );
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
