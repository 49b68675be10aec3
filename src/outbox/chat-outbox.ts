// What the `chat` connector asks for: messages of playbooks and incident cards, saved with their surfaces in one transaction.
// A call repeated with the same key finds what the first one saved.
import type { ChatOutbox, PlaybookMessage } from '../model/chat.ts';
import { ActionError } from '../model/errors.ts';
import type { ChannelSettings } from '../model/settings.ts';
import type { Db, Store } from '../store/db.ts';
import { savable } from '../store/savable.ts';
import { ensureSurface, laneOf, raiseSurfaces, type Surface, surfacesOf } from './surfaces.ts';

export function createChatOutbox(options: { store: Store; channels: readonly ChannelSettings[]; kick: () => void }): ChatOutbox {
  const { store, channels, kick } = options;
  return {
    post: async (message) => {
      const id = await store.transaction((tx) => saveMessage(tx, channels, message));
      kick();
      return { message: id };
    },
    update: async ({ message, title, text }) => {
      await store.transaction((tx) => rewriteMessage(tx, { message, title, text }));
      kick();
    },
    postIncident: async ({ incidentId, channel }) => {
      const { places } = channelNamed(channels, channel, 'post_incident');
      await store.transaction(async (tx) => {
        for (const place of places) await ensureSurface(tx, { kind: 'incident', id: incidentId }, place, { byPerson: false });
      });
      kick();
      return { card: `${incidentId}/${channel}` };
    },
  };
}

/** A message of a playbook as it is shown now; null when there is none. */
export async function readMessage(db: Db, id: string): Promise<{ readonly title: string; readonly text: string } | null> {
  const { rows } = await db.query<{ title: string; text: string }>('SELECT title, text FROM message WHERE id = $1', [id]);
  return rows[0] ?? null;
}

async function saveMessage(db: Db, channels: readonly ChannelSettings[], message: PlaybookMessage): Promise<string> {
  const inserted = await db.query<{ id: string }>(
    'INSERT INTO message (id, key, title, text) VALUES (gen_random_uuid(), $1, $2, $3) ON CONFLICT (key) DO NOTHING RETURNING id',
    [message.key, savable(message.title), savable(message.text)],
  );
  const created = inserted.rows[0];
  if (created === undefined) {
    const { rows } = await db.query<{ id: string }>('SELECT id FROM message WHERE key = $1', [message.key]);
    const earlier = rows[0];
    if (earlier === undefined) throw new Error(`the message with key ${message.key} was removed while it was looked up: repeat the step`);
    return earlier.id;
  }
  const subject = { kind: 'message', id: created.id } as const;
  if (message.replyTo === '') {
    for (const place of channelNamed(channels, message.channel, 'post').places)
      await ensureSurface(db, subject, place, { byPerson: false });
    return created.id;
  }
  for (const parent of await surfacesAnswered(db, channels, message)) {
    await ensureSurface(db, subject, parent.place, { byPerson: false, replyTo: parent.id });
  }
  return created.id;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The copies in whose threads an answer belongs: those of a message, or of an incident's card, in one channel or in all. */
async function surfacesAnswered(db: Db, channels: readonly ChannelSettings[], message: PlaybookMessage): Promise<readonly Surface[]> {
  const [id = '', cardChannel = ''] = message.replyTo.split('/', 2);
  const copies = UUID.test(id)
    ? [...(await surfacesOf(db, { kind: 'message', id })), ...(await surfacesOf(db, { kind: 'incident', id }))]
    : [];
  const channel = message.channel || cardChannel;
  const lanes = channel === '' ? null : channelNamed(channels, channel, 'post').places.map(laneOf);
  const answered = onePerPlace(copies.filter((copy) => lanes?.includes(laneOf(copy.place)) ?? true));
  if (answered.length > 0) return answered;
  const where = channel === '' ? '' : ` in the channel ${channel}`;
  throw failure(
    'post',
    `there is no message or incident card ${message.replyTo}${where} to answer: give the output of an earlier chat step`,
  );
}

/** A message that stands twice is answered once. */
function onePerPlace(copies: readonly Surface[]): readonly Surface[] {
  const places = new Map<string, Surface>();
  for (const copy of copies) if (!places.has(laneOf(copy.place))) places.set(laneOf(copy.place), copy);
  return [...places.values()];
}

async function rewriteMessage(db: Db, { message, title, text }: { message: string; title: string; text: string }): Promise<void> {
  const known = UUID.test(message)
    ? await db.query('UPDATE message SET title = $2, text = $3 WHERE id = $1', [message, savable(title), savable(text)])
    : null;
  if (known?.rowCount !== 1) throw failure('update', `there is no message ${message}: give the output of an earlier chat.post`);
  await raiseSurfaces(db, { kind: 'message', id: message }, { byPerson: false });
}

function channelNamed(channels: readonly ChannelSettings[], name: string, action: string): ChannelSettings {
  const channel = channels.find((candidate) => candidate.name === name);
  if (channel !== undefined && channel.places.length > 0) return channel;
  const known = channels.filter((candidate) => candidate.places.length > 0).map((candidate) => candidate.name);
  const choices = known.length === 0 ? 'none is configured' : `known are ${known.join(', ')}`;
  throw failure(action, `there is no channel "${name}": ${choices}; add it to channels in picket.yaml`);
}

function failure(action: string, message: string): ActionError {
  return new ActionError(message, { connector: 'chat', action: `chat.${action}` });
}
