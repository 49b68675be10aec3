// A mail server on loopback that fails on demand.
import { createServer, type Server, type Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SmtpSettings } from '../../../src/model/settings.ts';

export interface Received {
  readonly to: readonly string[];
  readonly text: string;
}

export type Mood = 'kind' | 'busy' | 'silent' | 'nonsense' | 'loses the answer';

export interface TestMail {
  readonly settings: SmtpSettings;
  readonly received: readonly Received[];
  connections(): number;
  /** How the next connections are treated. */
  mood(mood: Mood): void;
  close(): Promise<void>;
}

/** Recipients whose address begins with `nobody` are refused. */
export async function startMail(): Promise<TestMail> {
  const received: Received[] = [];
  const sockets = new Set<Socket>();
  let mood: Mood = 'kind';
  let connections = 0;
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onRcptTo(address, _session, callback) {
      const refusal = address.address.startsWith('nobody') ? Object.assign(new Error('no such mailbox'), { responseCode: 550 }) : null;
      callback(mood === 'busy' ? Object.assign(new Error('try again later'), { responseCode: 451 }) : refusal);
    },
    onData(stream, session, callback) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map((entry) => entry.address), text });
        if (mood !== 'loses the answer') return callback();
        mood = 'kind';
        for (const socket of sockets) socket.destroy();
        return undefined;
      });
    },
  });
  smtp.on('error', () => undefined);
  const inner = await listening(smtp.server);
  const outer: Server = createServer((socket) => {
    sockets.add(socket);
    connections += 1;
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    if (mood === 'silent') return;
    if (mood === 'nonsense') return void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    smtp.server.emit('connection', socket);
  });
  const port = await listening(outer);
  return {
    settings: { host: '127.0.0.1', port, user: '', password: '', security: 'none', from: 'Picket <picket@contoso.com>' },
    received,
    connections: () => connections,
    mood(next) {
      mood = next;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => outer.close(resolve));
      await new Promise((resolve) => smtp.close(() => resolve(inner)));
    },
  };
}

function listening(server: { listen(port: number, host: string, then: () => void): unknown; address(): unknown }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null && 'port' in address && typeof address.port === 'number') resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}
