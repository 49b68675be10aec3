// Bolt's listeners: acknowledge, parse, ask the bot, answer. One catch-all per kind, for a second listener that matches would
// acknowledge a second time.
import type { App } from '@slack/bolt';
import type { Bot, Click } from '../../model/chat.ts';
import type { Log } from '../../model/log.ts';
import type { MessageRef } from '../../model/place.ts';
import type { Answers } from './answers.ts';
import { mentionedCommand, plainText } from './command-text.ts';
import type { DirectMessages } from './direct-messages.ts';
import { AppMention, BlockActions, ButtonValue, SlashCommand } from './payloads.ts';
import type { People } from './people.ts';
import type { Workspace } from './workspaces.ts';

interface Collaborators {
  readonly bot: Bot;
  readonly people: People;
  readonly answers: Answers;
  readonly direct: DirectMessages;
  /** The workspace Picket serves this payload for. Throws where it is not installed. */
  readonly workspaceOf: (payload: unknown) => Promise<Workspace>;
  readonly log: Log;
}

export function listen(app: App, with_: Collaborators): void {
  app.command(/.*/, async ({ ack, body }) => {
    await ack();
    await slashCommand(body, with_);
  });
  app.action(/.*/, async ({ ack, body }) => {
    await ack();
    await buttonPressed(body, with_);
  });
  app.event('app_mention', async ({ body }) => mentioned(body, with_));
}

async function slashCommand(payload: unknown, { bot, people, answers, direct, workspaceOf }: Collaborators): Promise<void> {
  const command = SlashCommand.parse(payload);
  const workspace = await workspaceOf(payload);
  const [actor, place] = await Promise.all([
    people.actor(workspace, { team: command.team_id, user: command.user_id, display: command.user_name }),
    direct.placeOf(workspace, { channel: command.channel_id, thread: '' }),
  ]);
  const reply = bot.command({ name: command.command.slice(1), text: plainText(command.text), actor, place });
  await answers.give({ workspace, channel: command.channel_id, thread: '', user: actor.user, responseUrl: command.response_url }, reply);
}

/** `@Picket playbook run ...` in a channel: the same as the slash command. Bots and edits are not somebody asking. */
async function mentioned(payload: unknown, { bot, people, answers, direct, workspaceOf }: Collaborators): Promise<void> {
  const { team_id, event } = AppMention.parse(payload);
  if (event.bot_id !== '' || event.subtype !== '' || event.edited !== undefined) return;
  const workspace = await workspaceOf(payload);
  const [actor, place] = await Promise.all([
    people.actor(workspace, { team: event.user_team || event.team || team_id, user: event.user, display: '' }),
    direct.placeOf(workspace, { channel: event.channel, thread: event.thread_ts }),
  ]);
  const reply = bot.command({ ...mentionedCommand(event.text), actor, place });
  await answers.give({ workspace, channel: event.channel, thread: event.thread_ts, user: actor.user, responseUrl: '' }, reply);
}

async function buttonPressed(payload: unknown, { bot, people, answers, direct, workspaceOf, log }: Collaborators): Promise<void> {
  const pressed = BlockActions.parse(payload);
  const value = pressed.actions[0].value || (pressed.actions[0].selected_option?.value ?? '');
  if (value === '') return; // a button that opens a link tells us as well
  const button = buttonOf(value);
  if (button === null) {
    log.warn('button with a value that is not ours', { user: pressed.user.id });
    if (pressed.response_url !== '') await answers.say(pressed.response_url, 'This button is not known any more. Open the newest card.');
    return;
  }
  const workspace = await workspaceOf(payload);
  const message = await messageOf(pressed, workspace, direct);
  const { user, team } = pressed;
  const actor = await people.actor(workspace, {
    team: user.team_id || (team?.id ?? ''),
    user: user.id,
    display: user.name || user.username,
  });
  const channel = pressed.channel?.id ?? pressed.container.channel_id;
  const reply = bot.click({ ...button, actor, message });
  await answers.give({ workspace, channel, thread: message.place.thread, user: user.id, responseUrl: pressed.response_url }, reply);
}

function buttonOf(value: string): Pick<Click, 'verb' | 'id' | 'choice'> | null {
  try {
    return ButtonValue.safeParse(JSON.parse(value)).data ?? null;
  } catch {
    return null;
  }
}

/** The message under the button. An ephemeral one cannot be edited later: its id is ''. */
async function messageOf(pressed: BlockActions, workspace: Workspace, direct: DirectMessages): Promise<MessageRef> {
  const { container, message } = pressed;
  const ts = message?.ts ?? container.message_ts;
  const root = message?.thread_ts || container.thread_ts;
  const channel = pressed.channel?.id ?? container.channel_id;
  // The root of a thread names itself once somebody has answered it.
  const place = await direct.placeOf(workspace, { channel, thread: root === ts ? '' : root });
  return { place, id: container.is_ephemeral ? '' : ts };
}
