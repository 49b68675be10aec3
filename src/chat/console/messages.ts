// The console's messages as rows: what was posted, by whom, and who may see it.
import { randomUUID } from 'node:crypto';
import type { Db } from '../../store/db.ts';

/** A message as the browser shows it. */
export interface ConsoleMessage {
  readonly id: string;
  /** Name of a channel, or `@person` for direct messages. */
  readonly conversation: string;
  /** Id of the message this one answers, '' for none. */
  readonly thread: string;
  /** The one person who sees it, '' when everybody in the conversation does. */
  readonly visibleTo: string;
  /** Person id, or `picket`. */
  readonly author: string;
  readonly text: string;
  readonly card: Readonly<Record<string, unknown>> | null;
  /** Order within all conversations. */
  readonly position: number;
  readonly at: string;
}

export interface NewMessage {
  /** Unique to this message, null when it is posted once anyway. */
  readonly key: string | null;
  readonly conversation: string;
  readonly thread: string;
  readonly visibleTo: string;
  readonly author: string;
  readonly text: string;
  readonly card: Readonly<Record<string, unknown>> | null;
}

/** What the bot signs its messages with. */
export const BOT_AUTHOR = 'picket';

/** Saves a message. With a key that was used before nothing is saved, and the message that stands is answered. */
export async function saveMessage(db: Db, message: NewMessage): Promise<{ readonly message: ConsoleMessage; readonly isNew: boolean }> {
  const { key, conversation, thread, visibleTo, author, text, card } = message;
  const { rows } = await db.query<Row>(
    `INSERT INTO console_message (id, key, conversation, thread, visible_to, author, text, card)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (key) DO NOTHING RETURNING ${COLUMNS}`,
    [randomUUID(), key, conversation, thread, visibleTo, author, text, card === null ? null : JSON.stringify(card)],
  );
  const inserted = rows[0];
  if (inserted !== undefined) return { message: fromRow(inserted), isNew: true };
  const standing = await db.query<Row>(`SELECT ${COLUMNS} FROM console_message WHERE key = $1`, [key]);
  const found = standing.rows[0];
  if (found === undefined) throw new Error('console message is neither new nor there');
  return { message: fromRow(found), isNew: false };
}

/** Replaces text and card; null when the message is not there. */
export async function updateMessage(
  db: Db,
  change: { readonly id: string; readonly conversation: string; readonly text: string; readonly card: Readonly<Record<string, unknown>> },
): Promise<ConsoleMessage | null> {
  const { rows } = await db.query<Row>(
    `UPDATE console_message SET text = $3, card = $4, updated_at = clock_timestamp()
     WHERE id::text = $1 AND conversation = $2 RETURNING ${COLUMNS}`,
    [change.id, change.conversation, change.text, JSON.stringify(change.card)],
  );
  return rows[0] === undefined ? null : fromRow(rows[0]);
}

export async function findByKey(db: Db, query: { readonly key: string; readonly conversation: string }): Promise<ConsoleMessage | null> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM console_message WHERE key = $1 AND conversation = $2`, [
    query.key,
    query.conversation,
  ]);
  return rows[0] === undefined ? null : fromRow(rows[0]);
}

/** One message, if this person may see it. */
export async function findVisible(db: Db, query: { readonly id: string; readonly person: string }): Promise<ConsoleMessage | null> {
  const { rows } = await db.query<Row>(`SELECT ${COLUMNS} FROM console_message WHERE id::text = $1`, [query.id]);
  const message = rows[0] === undefined ? null : fromRow(rows[0]);
  return message !== null && maySee(message, query.person) ? message : null;
}

/** The newest messages of a conversation that this person may see, oldest first. `before`: only those with a lower position. */
export async function listMessages(
  db: Db,
  query: { readonly conversation: string; readonly person: string; readonly before: number; readonly limit: number },
): Promise<readonly ConsoleMessage[]> {
  const { rows } = await db.query<Row>(
    `SELECT ${COLUMNS} FROM console_message WHERE conversation = $1 AND visible_to IN ('', $2) AND position < $3 ORDER BY position DESC LIMIT $4`,
    [query.conversation, query.person, query.before, query.limit],
  );
  return rows.map(fromRow).reverse();
}

/** Direct messages are between the bot and one person; a private message is seen by its person alone. */
export function maySee(message: Pick<ConsoleMessage, 'conversation' | 'visibleTo'>, person: string): boolean {
  const mine = !message.conversation.startsWith('@') || message.conversation === `@${person}`;
  return mine && (message.visibleTo === '' || message.visibleTo === person);
}

const COLUMNS = 'id, conversation, thread, visible_to, author, text, card, position, created_at';

interface Row {
  readonly id: string;
  readonly conversation: string;
  readonly thread: string;
  readonly visible_to: string;
  readonly author: string;
  readonly text: string;
  readonly card: Readonly<Record<string, unknown>> | null;
  /** bigint: pg answers it as text. */
  readonly position: string;
  readonly created_at: Date;
}

function fromRow(row: Row): ConsoleMessage {
  const { id, conversation, thread, author, text, card } = row;
  return {
    id,
    conversation,
    thread,
    visibleTo: row.visible_to,
    author,
    text,
    card,
    position: Number(row.position),
    at: row.created_at.toISOString(),
  };
}
