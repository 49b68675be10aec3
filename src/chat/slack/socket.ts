// Socket Mode: the same deliveries over a connection that Picket opens, for networks that let nothing in.
// With several replicas each delivery reaches one of them.
import { type Logger, SocketModeReceiver } from '@slack/bolt';
import type { WebClientOptions } from '@slack/web-api';
import { z } from 'zod';
import { messageOf } from '../../model/errors.ts';
import type { Log } from '../../model/log.ts';
import type { Intake } from './intake.ts';

export interface Socket {
  start(): Promise<void>;
  stop(): Promise<void>;
}

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
}): Socket {
  const { appToken, intake, clientOptions, logger, log } = options;
  // Without an app of its own it only keeps the connection; deliveries are taken from it below, once each.
  const receiver = new SocketModeReceiver({ appToken, logger, installerOptions: { clientOptions } });

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

  return {
    async start() {
      receiver.client.on('slack_event', (given: unknown) => void receive(given));
      // The client connects again by itself.
      receiver.client.on('error', (error: unknown) => log.warn('Socket Mode connection broken', { reason: messageOf(error) }));
      await receiver.start();
    },
    stop: () => receiver.stop(),
  };
}
