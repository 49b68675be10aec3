// What playbooks say in chat reaches the outbox with the step's key, and nothing else.
import { beforeEach, describe, expect, it } from 'vitest';
import { chatActions } from '../../../src/connectors/chat/actions.ts';
import type { ChatOutbox } from '../../../src/model/chat.ts';
import { contextOf, incidentOf } from '../context.ts';

let told: unknown[];
let outbox: ChatOutbox;
beforeEach(() => {
  told = [];
  outbox = {
    async post(message) {
      if (message.channel === 'nowhere') throw new Error('There is no channel "nowhere" in picket.yaml.');
      told.push(message);
      return { message: 'm-1' };
    },
    async update(message) {
      told.push(message);
    },
    async postIncident(request) {
      told.push(request);
      return { card: 'c-1' };
    },
  };
});

function run(name: string, input: unknown, context = contextOf({ key: 'k-1' })) {
  const action = chatActions(outbox).find((candidate) => candidate.name === name);
  if (action === undefined) throw new Error(`${name} is missing`);
  return action.run(input, context);
}

describe('chat actions', () => {
  it('post once per step', async () => {
    expect(await run('chat.post', { channel: 'soc', text: 'Hello <!channel>' })).toEqual({ message: 'm-1' });
    expect(told).toEqual([{ key: 'k-1', channel: 'soc', replyTo: '', title: '', text: 'Hello <!channel>' }]);
  });

  it('answer in the thread of a message', async () => {
    await run('chat.reply', { message: 'm-0', text: 'Done' });
    expect(told).toEqual([{ key: 'k-1', channel: '', replyTo: 'm-0', title: '', text: 'Done' }]);
  });

  it('replace a message', async () => {
    expect(await run('chat.update', { message: 'm-0', title: 'Now', text: 'Done' })).toEqual({ message: 'm-0' });
    expect(told).toEqual([{ message: 'm-0', title: 'Now', text: 'Done' }]);
  });

  it("show the run's incident, and refuse without one", async () => {
    const incident = incidentOf('');
    expect(await run('chat.post_incident', { channel: 'soc' }, contextOf({ incident }))).toEqual({ card: 'c-1', message: 'c-1' });
    expect(told).toEqual([{ incidentId: incident.id, channel: 'soc' }]);
    await expect(run('chat.post_incident', { channel: 'soc' })).rejects.toMatchObject({
      code: 'action',
      message: expect.stringContaining('no incident'),
    });
  });

  it('say what the outbox refused', async () => {
    await expect(run('chat.post', { channel: 'nowhere', text: 'x' })).rejects.toMatchObject({
      code: 'action',
      connector: 'chat',
      message: expect.stringContaining('nowhere'),
    });
  });

  it('refuse empty texts', async () => {
    await expect(run('chat.post', { channel: 'soc', text: '' })).rejects.toThrow(/text/);
    expect(told).toEqual([]);
  });
});
