// Picket's Slack side against a Slack that others wrote, over HTTP and over Socket Mode: command, card, Block, update.
import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createSlack, type SlackPlatform } from '../../src/chat/slack/slack.ts';
import type { Bot } from '../../src/model/chat.ts';
import type { MessageRef } from '../../src/model/place.ts';
import { card } from '../chat/slack/recorder.ts';
import { claimInMemory } from '../chat/slack/stage.ts';
import { quietLog } from '../support/quiet-log.ts';
import { buttonsOf, findLocalSlack, type LocalSlack, PEER, startLocalSlack } from './local-slack.ts';

const { binary, missing } = findLocalSlack();
const running: { peer?: LocalSlack; slack?: SlackPlatform; server?: Server } = {};

afterEach(async () => {
  await running.slack?.stop();
  running.server?.closeAllConnections();
  running.server?.close();
  await running.peer?.stop();
});

describe.each(['events', 'socket'] as const)('local-slack in %s mode', (mode) => {
  it('types a command, gets a card, presses Block, and sees the card change', async (context) => {
    context.skip(missing !== '', missing);
    const clicks: MessageRef[] = [];
    const bot: Bot = {
      async command({ place, text, actor }) {
        await running.slack?.port.post(place, card(`${actor.display} asked: ${text}`, { withButton: true }), { key: 'k1' });
        return { visibility: 'private', card: card('Started') };
      },
      async click({ message, choice, actor }) {
        clicks.push(message);
        await running.slack?.port.update(message, card(`${choice} by ${actor.display}`));
        return { visibility: 'private', card: card('Thank you') };
      },
    };
    const peer = await start(mode, bot);

    await peer.command('run block-user dan');
    await expect
      .poll(async () => (await peer.messages()).map(({ text }) => text).sort())
      .toEqual(['Started', 'alice asked: run block-user dan']);
    const [asked] = (await peer.messages()).filter((message) => buttonsOf(message).length > 0);
    if (asked === undefined) throw new Error('no card with a button');

    await peer.press(asked, 'Block');
    await expect.poll(async () => (await peer.messages()).find(({ ts }) => ts === asked.ts)?.text).toBe('block by alice');
    const after = (await peer.messages()).find(({ ts }) => ts === asked.ts);
    expect(after === undefined ? null : buttonsOf(after)).toEqual([]);
    expect(clicks).toEqual([
      { place: { platform: 'slack', tenant: PEER.teamId, conversation: PEER.soc, thread: '', person: '' }, id: asked.ts },
    ]);
  });
});

/** The peer and the platform, connected; both need the other's address first. */
async function start(mode: 'events' | 'socket', bot: Bot): Promise<LocalSlack> {
  const server = createServer();
  running.server = server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening');
  const publicUrl = `http://127.0.0.1:${address.port}`;
  const peer = await startLocalSlack(binary, { mode, requestUrl: `${publicUrl}/slack/events` });
  running.peer = peer;
  const kept = new Map<string, string>();
  const { signingSecret, botToken, appToken } = PEER;
  const slack = await createSlack({
    settings: {
      signingSecret,
      botToken,
      appToken: mode === 'socket' ? appToken : '',
      clientId: '',
      clientSecret: '',
      ssoManagedTeams: [],
      apiUrl: peer.apiUrl,
    },
    bot,
    claim: claimInMemory(),
    installations: {
      get: async (key) => kept.get(key),
      set: async (key, value) => kept.set(key, value),
      delete: async (key) => kept.delete(key),
    },
    sealKey: 'a key for tests alone',
    publicUrl,
    log: quietLog,
  });
  running.slack = slack;
  server.on('request', (request, response) => {
    const route = slack.routes.find(({ path }) => path === request.url);
    if (route === undefined) response.writeHead(404).end();
    else void route.respond(request, response);
  });
  await slack.start();
  return peer;
}
