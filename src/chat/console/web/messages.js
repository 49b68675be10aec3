// One conversation: its messages in order, answers under the message they belong to, what waits for a decision on top.
import { asksForDecision, drawCard } from './cards.js';
import { byId, clock, el } from './dom.js';

/** @typedef {import('./backend.js').Message} Message */

/**
 * @param {{ nameOf: (person: string) => string, me: () => string, onClick: (message: Message, action: { verb: string, id: string, choice: string }) => Promise<unknown>, onEarlier: (before: number) => Promise<unknown>, pageSize: number, hint: () => Node }} options
 */
export function createConversation(options) {
  const box = byId('conversation');
  /** @type {Map<string, Message>} */
  const shown = new Map();
  /** @type {Map<string, { message: Message, element: HTMLElement }>} */
  const drawn = new Map();
  /** Cards whose button was pressed and not answered yet. @type {Set<string>} */
  const busy = new Set();
  let mayHaveEarlier = false;

  /** @param {Message[]} messages */
  function show(messages) {
    shown.clear();
    drawn.clear();
    for (const message of messages) shown.set(message.id, message);
    mayHaveEarlier = messages.length === options.pageSize;
    drawAll();
    toEnd();
  }

  function toEnd() {
    box.scrollTop = box.scrollHeight;
  }

  /** @param {Message[]} messages */
  function prepend(messages) {
    const height = box.scrollHeight;
    for (const message of messages) shown.set(message.id, message);
    mayHaveEarlier = messages.length === options.pageSize;
    drawAll();
    box.scrollTop += box.scrollHeight - height;
  }

  /** A new message, or a new state of one that stands. @param {Message} message */
  function put(message) {
    const isNew = !shown.has(message.id);
    // Older than what is loaded: it comes with "Show earlier messages".
    if (isNew && mayHaveEarlier && [...shown.values()].every(({ position }) => position > message.position)) return;
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    const hadFocus = drawn.get(message.id)?.element.contains(document.activeElement) ?? false;
    shown.set(message.id, message);
    drawAll();
    const element = drawn.get(message.id)?.element;
    if (hadFocus) element?.focus({ preventScroll: true });
    const mine = message.visibleTo === options.me() || message.author === options.me();
    if (isNew && message.thread !== '' && mine) element?.scrollIntoView({ block: 'nearest' });
    else if (atEnd || (isNew && mine)) toEnd();
  }

  // What has not changed keeps its element, and with it the focus and whatever is selected in it.
  function drawAll() {
    const focused = document.activeElement;
    const scrolled = box.scrollTop;
    const all = [...shown.values()].sort((a, b) => a.position - b.position);
    for (const id of drawn.keys()) if (!shown.has(id)) drawn.delete(id);
    const roots = all.filter(({ thread }) => thread === '' || !shown.has(thread));
    const items = roots.map((root) => {
      const answers = all.filter(({ thread }) => thread === root.id).map((answer) => el('li', {}, elementOf(answer)));
      return el(
        'li',
        {},
        elementOf(root),
        answers.length === 0 ? null : el('ol', { class: 'thread', 'aria-label': 'Answers' }, ...answers),
      );
    });
    const earlier = mayHaveEarlier && all[0] !== undefined ? [earlierButton(all[0].position)] : [];
    box.replaceChildren(...(items.length === 0 ? [options.hint()] : [...earlier, el('ol', { class: 'messages' }, ...items)]));
    box.scrollTop = scrolled;
    if (focused instanceof HTMLElement && box.contains(focused)) focused.focus({ preventScroll: true });
    drawPending();
  }

  /** @param {Message} message */
  function elementOf(message) {
    const standing = drawn.get(message.id);
    if (standing?.message === message) return standing.element;
    const element = drawMessage(message);
    drawn.set(message.id, { message, element });
    return element;
  }

  /** @param {number} before */
  function earlierButton(before) {
    return el('button', { type: 'button', class: 'earlier', onclick: () => options.onEarlier(before) }, 'Show earlier messages');
  }

  /** @param {Message} message */
  function drawMessage(message) {
    const fromBot = message.author === 'picket';
    const name = fromBot ? 'Picket' : options.nameOf(message.author);
    const only = message.visibleTo !== '' && !message.conversation.startsWith('@');
    const face = el('span', { class: `face ${fromBot ? 'bot' : ''}`, 'aria-hidden': 'true' }, fromBot ? '' : initials(name));
    const head = el(
      'div',
      { class: 'by' },
      el('strong', {}, name),
      el('time', { datetime: message.at, title: message.at }, clock(message.at)),
      only ? el('span', { class: 'only' }, 'Only you can see this') : null,
    );
    const body =
      message.card === null
        ? el('p', { class: 'said' }, message.text)
        : el(
            'div',
            { class: 'card' },
            drawCard(message.card, (action, button) => press(message, action, button)),
          );
    return el(
      'article',
      {
        'data-message': message.id,
        class: `message ${only ? 'private' : ''}`,
        tabindex: '-1',
        'aria-label': `${name}, ${clock(message.at)}`,
      },
      face,
      el('div', { class: 'content' }, head, body),
    );
  }

  /**
   * @param {Message} message
   * @param {{ verb: string, id: string, choice: string }} action
   * @param {HTMLElement | null} button
   */
  async function press(message, action, button) {
    if (busy.has(message.id)) return;
    busy.add(message.id);
    const buttons = [...(drawn.get(message.id)?.element.querySelectorAll('.ac-pushButton') ?? [])];
    // Not `disabled`: that would throw the focus away.
    for (const each of buttons) each.setAttribute('aria-disabled', 'true');
    button?.setAttribute('aria-busy', 'true');
    await options.onClick(message, action);
    // When the card has been replaced meanwhile these are no longer on the page.
    for (const each of buttons) each.removeAttribute('aria-disabled');
    button?.removeAttribute('aria-busy');
    busy.delete(message.id);
  }

  function drawPending() {
    const waiting = [...shown.values()].filter(({ card }) => asksForDecision(card));
    const bar = byId('pending');
    bar.hidden = waiting.length === 0;
    const first = waiting[0];
    if (first === undefined) return;
    const words = waiting.length === 1 ? '1 decision is waiting' : `${waiting.length} decisions are waiting`;
    const go = () => {
      const element = drawn.get(first.id)?.element;
      if (element === undefined) return;
      // Only the conversation scrolls: scrollIntoView would move the page under its head as well.
      const box = byId('conversation');
      box.scrollTop += element.getBoundingClientRect().top - box.getBoundingClientRect().top;
      element.focus({ preventScroll: true });
    };
    bar.replaceChildren(
      el('span', {}, words),
      el('button', { type: 'button', onclick: go }, waiting.length > 1 ? 'Show the oldest' : 'Show it'),
    );
  }

  return { show, prepend, put, has: (/** @type {string} */ id) => shown.has(id) };
}

/** @param {string} name */
function initials(name) {
  return name
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .slice(0, 2)
    .toUpperCase();
}
