// The first incident of a sandbox arrives by itself: made in the stand-in for Sentinel and delivered as Sentinel would, signed, over HTTP.
import { createHmac } from 'node:crypto';
import type { Running } from '../main.ts';

export async function deliverFirstIncident(running: Pick<Running, 'port' | 'sandboxUrl' | 'ingestSecret'>): Promise<void> {
  const made = await fetch(`${running.sandboxUrl}/control/incidents`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!made.ok) throw new Error(`the sandbox made no incident: it answered ${made.status}`);
  await deliver(running, await made.text());
}

/** Posts a body to `/ingest/sentinel` with a signature made now. Throws when it is not accepted. */
export async function deliver(running: Pick<Running, 'port' | 'ingestSecret'>, body: string): Promise<void> {
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', running.ingestSecret).update(`${timestamp}.${body}`).digest('hex');
  const answer = await fetch(`http://127.0.0.1:${running.port}/ingest/sentinel`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-picket-timestamp': timestamp, 'x-picket-signature': `v1=${signature}` },
    body,
  });
  if (answer.status !== 202) throw new Error(`the first incident was not accepted: ${answer.status} ${await answer.text()}`);
}
