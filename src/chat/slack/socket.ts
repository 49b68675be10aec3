// Socket Mode: the same deliveries over a connection that Picket opens, for networks that let nothing in.
// With several replicas each delivery reaches one of them.
import type { Logger } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Intake } from './intake.ts';
import { type SocketConnection, socketConnection } from './socket-connection.ts';

const Envelope = z.object({
  envelope_id: z.string(),
  body: z.record(z.string(), z.unknown()),
  ack: z.custom<(content?: unknown) => Promise<void>>((value) => typeof value === 'function'),
  retry_num: z.number().nullish(),
  retry_reason: z.string().nullish(),
});

export function openSocket(options: {
  appToken: string;
  intake: Intake;
  clientOptions: WebClientOptions;
  logger: Logger;
  log: Log;
}): SocketConnection {
  const { appToken, intake, clientOptions, logger, log } = options;
  async function receive(given: unknown): Promise<void> {
    const envelope = Envelope.safeParse(given);
    if (!envelope.success) return log.warn('Socket Mode delivery not understood', { reason: envelope.error.message });
    const { envelope_id, body, ack, retry_num, retry_reason } = envelope.data;
    let acknowledged = false;
    const acknowledge = async (content?: unknown): Promise<void> => {
      if (acknowledged) return;
      acknowledged = true;
      // When the connection broke in between, Slack delivers again and is told then; the work is done now, for it is claimed.
      await ack(content === '' ? undefined : content).catch((error: unknown) =>
        log.warn('Slack delivery not acknowledged', { envelope: envelope_id, reason: messageOf(error) }),
      );
    };
    try {
      const outcome = await intake.take({
        body,
        token: envelope_id,
        ack: acknowledge,
        ...(typeof retry_num === 'number' ? { retryNum: retry_num, retryReason: retry_reason ?? '' } : {}),
        isTooLate: () => false,
        onTaken: () => undefined,
      });
      if (outcome === 'seen') log.info('Slack delivery seen before: not executed again', { envelope: envelope_id });
      await acknowledge();
    } catch (error) {
      log.error('Slack delivery failed', { envelope: envelope_id, reason: messageOf(error) });
    }
  }

  return socketConnection({ appToken, clientOptions, logger, log, onDelivery: (given) => void receive(given) });
}
