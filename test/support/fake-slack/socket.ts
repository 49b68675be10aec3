// Socket Mode's far end: a WebSocket server that speaks as much of RFC 6455 as short text frames need.
import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Delivered } from './sender.ts';

export interface FakeSocket {
  /** Connections that are open now. */
  count(): number;
  /** How many were opened since the start. */
  opened(): number;
  /** Sends an envelope to one connection and waits for its acknowledgement: status 200, or 0 when none came within 2 s. */
  deliver(type: 'slash_commands' | 'interactive' | 'events_api', payload: object, envelopeId?: string): Promise<Delivered>;
  /** As Slack does before it recycles a connection. */
  recycle(): void;
  /** The connections break. */
  cut(): void;
}

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'; // RFC 6455, section 1.3

export function attachSocket(server: Server): FakeSocket {
  const open = new Set<Duplex>();
  const waiting = new Map<string, (body: string) => void>();
  let opened = 0;

  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${GUID}`).digest('base64');
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    open.add(socket);
    opened += 1;
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (let frame = readFrame(received); frame !== null; frame = readFrame(received)) {
        received = received.subarray(frame.length);
        if (frame.opcode === 0x8) socket.end(frameOf(0x8, Buffer.alloc(0)));
        if (frame.opcode === 0x9) socket.write(frameOf(0xa, frame.payload));
        if (frame.opcode === 0x1) acknowledged(frame.payload.toString('utf8'));
      }
    });
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => open.delete(socket));
    say(socket, { type: 'hello', num_connections: 1 });
  });

  function acknowledged(text: string): void {
    const ack: { envelope_id?: string; payload?: unknown } = JSON.parse(text);
    waiting.get(ack.envelope_id ?? '')?.(JSON.stringify(ack.payload ?? ''));
  }

  return {
    count: () => open.size,
    opened: () => opened,
    async deliver(type, payload, envelopeId = randomUUID()) {
      const [socket] = open;
      if (socket === undefined) throw new Error('no connection is open');
      const started = performance.now();
      const answer = new Promise<Delivered>((resolve) => {
        const timer = setTimeout(() => resolve({ status: 0, body: '', ms: performance.now() - started }), 2_000);
        waiting.set(envelopeId, (body) => {
          clearTimeout(timer);
          resolve({ status: 200, body, ms: performance.now() - started });
        });
      });
      say(socket, { type, envelope_id: envelopeId, payload, accepts_response_payload: type !== 'events_api' });
      return answer;
    },
    recycle() {
      for (const socket of open) say(socket, { type: 'disconnect', reason: 'refresh_requested' });
    },
    cut() {
      for (const socket of open) socket.destroy();
    },
  };
}

function say(socket: Duplex, message: object): void {
  socket.write(frameOf(0x1, Buffer.from(JSON.stringify(message))));
}

/** A whole, unmasked frame of up to 65,535 bytes. */
function frameOf(opcode: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? Buffer.from([0x80 | opcode, payload.length])
      : Buffer.from([0x80 | opcode, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

/** The first frame in the buffer, null while it is not complete. Clients always mask. */
function readFrame(buffer: Buffer): { opcode: number; payload: Buffer; length: number } | null {
  if (buffer.length < 2) return null;
  const short = buffer.readUInt8(1) & 0x7f;
  if (short === 127) throw new Error('frames of more than 65,535 bytes are not expected');
  const start = (short === 126 ? 4 : 2) + 4;
  if (buffer.length < start) return null;
  const size = short === 126 ? buffer.readUInt16BE(2) : short;
  if (buffer.length < start + size) return null;
  const mask = buffer.subarray(start - 4, start);
  const payload = Buffer.from(buffer.subarray(start, start + size).map((byte, index) => byte ^ mask.readUInt8(index % 4)));
  return { opcode: buffer.readUInt8(0) & 0x0f, payload, length: start + size };
}
