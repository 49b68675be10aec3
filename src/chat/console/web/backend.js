// The console's own API. An answer that is not 2xx becomes an Error whose message can be shown.

/** @typedef {{ id: string, name: string, email: string, roles: string[] }} Person */
/** @typedef {{ id: string, conversation: string, thread: string, visibleTo: string, author: string, text: string, card: object | null, position: number, at: string }} Message */
/** @typedef {{ id: string, from: string, to: string[], subject: string, at: string }} MailHead */

/** @returns {Promise<{ people: Person[], channels: string[], sandboxUrl: string, pageSize: number }>} */
export const getState = () => ask('/api/state');

/**
 * @param {string} as
 * @param {string} conversation
 * @param {number} [before]
 * @returns {Promise<Message[]>}
 */
export function getMessages(as, conversation, before) {
  const query = new URLSearchParams({ as, conversation });
  if (before !== undefined) query.set('before', String(before));
  return ask(`/api/messages?${query}`);
}

/** @param {string} as @returns {Promise<{ mails: MailHead[], others: number }>} */
export const getMails = (as) => ask(`/api/mails?${new URLSearchParams({ as })}`);

/** @param {{ as: string, conversation: string, text: string }} message */
export const postMessage = (message) => send('/api/messages', message);

/** @param {{ as: string, message: string, verb: string, id: string, choice: string }} click */
export const postClick = (click) => send('/api/clicks', click);

/**
 * Calls `onMessage` for every new or changed message, and `onState` whenever the connection is made or lost.
 * @param {string} as
 * @param {{ onMessage: (message: Message) => void, onState: (connected: boolean) => void }} listeners
 * @returns {() => void} ends it
 */
export function subscribe(as, { onMessage, onState }) {
  const source = new EventSource(`/api/events?${new URLSearchParams({ as })}`);
  source.addEventListener('message', (event) => onMessage(/** @type {Message} */ (JSON.parse(String(event.data)))));
  source.addEventListener('hello', () => onState(true));
  source.addEventListener('error', () => onState(false));
  return () => source.close();
}

/** @param {string} path @param {object} body */
const send = (path, body) => ask(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/**
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<any>}
 */
async function ask(path, init) {
  const response = await fetch(path, init).catch(() => {
    throw new Error('Picket does not answer. It may be restarting: nothing was sent, try again in a moment.');
  });
  if (response.ok) return response.json();
  const problem = /** @type {{ error?: string, remedy?: string }} */ (await response.json().catch(() => ({})));
  throw new Error(`${problem.error ?? 'That did not work.'} ${problem.remedy ?? ''}`.trim());
}
