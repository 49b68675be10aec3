// A mail server on loopback: wants a login, refuses nobody@..., keeps what it takes. Faults strike at the end of DATA.
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { ConfigError } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Faults } from '../faults.ts';
import type { Requests } from '../requests.ts';
import { SMTP_LOGIN } from '../settings.ts';
import type { World } from '../world.ts';
import type { Mail } from './state.ts';

const SIZE_LIMIT = 10_000_000; // bytes
const KEPT = 1000;

export interface SmtpParts {
  readonly world: () => World;
  /** Called after a mail was kept, before the client hears so. */
  readonly changed: () => Promise<void>;
  readonly faults: Faults;
  readonly requests: Requests;
  readonly now: () => Date;
  readonly log: Log;
}

/** Listens on 127.0.0.1; port 0 takes any. */
export async function listenSmtp(parts: SmtpParts, port: number): Promise<{ port: number; stop: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    banner: 'Picket sandbox',
    size: SIZE_LIMIT,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 100,
    onAuth: ({ username, password }, _session, callback) => {
      if (username === SMTP_LOGIN.user && password === SMTP_LOGIN.password) callback(null, { user: username });
      else callback(reply(535, '5.7.8 Authentication credentials invalid'));
    },
    onRcptTo: ({ address }, _session, callback) => {
      if (/^nobody@/i.test(address)) callback(reply(550, `5.1.1 ${address}: no such mailbox`));
      else callback();
    },
    onData: (stream, session, callback) => {
      const socket = [...sockets].find((candidate) => candidate.remotePort === session.remotePort);
      void take(parts, stream, session, socket).then(
        (refusal) => callback(refusal),
        (error: unknown) => {
          parts.log.error('sandbox mail failed', { error: String(error) });
          callback(reply(451, '4.3.0 The sandbox failed: see its log'));
        },
      );
    },
  });
  server.on('error', (error) => parts.log.warn('sandbox mail connection failed', { error: error.message }));
  server.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: Error) =>
      reject(new ConfigError(`The sandbox's mail server cannot listen on port ${port}: choose another one.`, error));
    server.server.once('error', refuse);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.server.address();
  if (address === null || typeof address === 'string') throw new ConfigError("The sandbox's mail server has no TCP address.");
  const stop = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(resolve));
  };
  return { port: address.port, stop };
}

/** Keeps one mail. Returns the refusal to answer with, or null. */
async function take(
  parts: SmtpParts,
  stream: SMTPServerDataStream,
  session: SMTPServerSession,
  socket: Socket | undefined,
): Promise<Error | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(bytesOf(chunk));
  const to = session.envelope.rcptTo.map(({ address }) => address);
  const fault = parts.faults.take('smtp', 'DATA', to.join(','));
  if (fault?.kind === 'delay') await sleep(fault.ms ?? 1000);
  const kept = fault === undefined || fault.kind === 'delay' || fault.kind === 'lost-answer';
  const refusal = stream.sizeExceeded
    ? reply(552, '5.3.4 Message too big')
    : kept
      ? null
      : reply(fault.status ?? 451, '4.3.2 A fault that was asked for');
  const mail = await parse(Buffer.concat(chunks), to, parts.now());
  const cut = fault?.kind === 'reset' || fault?.kind === 'lost-answer';
  const headers = { 'message-id': mail.messageId, subject: mail.subject };
  const status = cut ? 0 : refusal === null ? 250 : refusal.responseCode;
  parts.requests.add({
    at: mail.at,
    system: 'smtp',
    method: 'DATA',
    path: to.join(','),
    headers,
    body: '',
    status,
    fault: fault?.kind ?? '',
  });
  if (refusal === null) {
    const { mails } = parts.world().mail;
    mails.push(mail);
    mails.splice(0, Math.max(0, mails.length - KEPT));
    await parts.changed();
  }
  if (cut) socket?.destroy();
  return refusal;
}

function bytesOf(chunk: unknown): Buffer {
  return chunk instanceof Uint8Array ? Buffer.from(chunk) : Buffer.from(String(chunk));
}

async function parse(raw: Buffer, to: readonly string[], at: Date): Promise<Mail> {
  const parsed = await PostalMime.parse(raw);
  const from = parsed.from?.address ?? '';
  return {
    id: randomUUID(),
    from: parsed.from?.name ? `${parsed.from.name} <${from}>` : from,
    to: [...to],
    subject: parsed.subject ?? '',
    html: parsed.html ?? '',
    text: parsed.text ?? '',
    messageId: parsed.messageId ?? '',
    headers: Object.fromEntries(parsed.headers.map(({ key, value }) => [key, value])),
    at: at.toISOString(),
  };
}

function reply(responseCode: number, message: string): Error & { responseCode: number } {
  return Object.assign(new Error(message), { responseCode });
}
