// What playbooks say in chat. The outbox makes it durable and shows it within the platforms' limits; nothing here knows a platform.
import { type Action, defineAction } from '../../model/action.ts';
import type { ChatOutbox } from '../../model/chat.ts';
import { ActionError, messageOf } from '../../model/errors.ts';
import { CardOutput, MessageOutput, PostIncidentInput, PostInput, ReplyInput, UpdateInput } from './schemas.ts';

export function chatActions(chat: ChatOutbox): readonly Action[] {
  return [
    defineAction({
      name: 'chat.post',
      description: 'Posts a message to a channel.',
      effect: 'write',
      input: PostInput,
      output: MessageOutput,
      describe: (input) => `Post to ${input.channel}: ${(input.title || input.text).slice(0, 100)}`,
      run: ({ channel, title, text }, { key }) => told('chat.post', chat.post({ key, channel, replyTo: '', title, text })),
    }),
    defineAction({
      name: 'chat.update',
      description: 'Replaces the content of a message that the playbook posted.',
      effect: 'write',
      input: UpdateInput,
      output: MessageOutput,
      describe: (input) => `Update the message: ${(input.title || input.text).slice(0, 100)}`,
      async run({ message, title, text }) {
        await told('chat.update', chat.update({ message, title, text }));
        return { message };
      },
    }),
    defineAction({
      name: 'chat.reply',
      description: 'Answers in the thread of a message or of an incident card.',
      effect: 'write',
      input: ReplyInput,
      output: MessageOutput,
      describe: (input) => `Reply in the thread: ${(input.title || input.text).slice(0, 100)}`,
      run: ({ message, title, text }, { key }) => told('chat.reply', chat.post({ key, channel: '', replyTo: message, title, text })),
    }),
    defineAction({
      name: 'chat.post_incident',
      description: 'Ensures that the one live card of the incident stands in a channel.',
      effect: 'write',
      input: PostIncidentInput,
      output: CardOutput,
      describe: (input) => `Show the incident's card in ${input.channel}`,
      async run({ channel }, { incident }) {
        if (incident === null) {
          throw new ActionError('This run has no incident to post. Use chat.post, or run the playbook on an incident.', {
            connector: 'chat',
            action: 'chat.post_incident',
          });
        }
        const { card } = await told('chat.post_incident', chat.postIncident({ incidentId: incident.id, channel }));
        return { card, message: card };
      },
    }),
  ];
}

/** The engine knows ActionErrors; what the outbox refuses (unknown channel, unknown message) is final. */
async function told<T>(action: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof ActionError) throw error;
    throw new ActionError(messageOf(error), { connector: 'chat', action, cause: error });
  }
}
