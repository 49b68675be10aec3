// One conversation: its messages in order, answers under the message they belong to, what waits for a decision on top.
import { asksForDecision, drawCard } from './cards.js';
import { byId, clock, el } from './dom.js';

/** @typedef {import('./backend.js').Message} Message */

/**
 * @param {{ nameOf: (person: string) => string, me: () => string, onClick: (message: Message, action: { verb: string, id: string, choice: string }) => Promise<void>, onEarlier: (before: number) => Promise<void>, pageSize: number, hint: () => Node }} options
 */
export function createConversation(options) {
  const box = byId('conversation');
  /** @type {Map<string, Message>} */
  const shown = new Map();
  let mayHaveEarlier = false;

  /** @param {Message[]} messages */
  function show(messages) {
    shown.clear();
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
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
    const isNew = !shown.has(message.id);
    shown.set(message.id, message);
    const standing = document.getElementById(domId(message));
    const hadFocus = standing?.contains(document.activeElement) ?? false;
    if (standing !== null && shown.size > 1) standing.replaceWith(drawMessage(message));
    else drawAll();
    drawPending();
    const element = document.getElementById(domId(message));
    if (hadFocus) element?.focus();
    const mine = message.visibleTo === options.me() || message.author === options.me();
    if (isNew && message.thread !== '' && mine) element?.scrollIntoView({ block: 'nearest' });
    else if (atEnd || (isNew && mine)) toEnd();
  }

  function drawAll() {
    const all = [...shown.values()].sort((a, b) => a.position - b.position);
    const roots = all.filter(({ thread }) => thread === '' || !shown.has(thread));
    const earlier = mayHaveEarlier && all[0] !== undefined ? earlierButton(all[0].position) : null;
    const list = roots.map((root) => {
      const answers = all.filter(({ thread }) => thread === root.id);
      const threadList =
        answers.length === 0
          ? null
          : el('ol', { class: 'thread', 'aria-label': 'Answers' }, ...answers.map((answer) => el('li', {}, drawMessage(answer))));
      return el('li', {}, drawMessage(root), threadList);
    });
    box.replaceChildren(
      ...(roots.length === 0 ? [options.hint()] : [earlier, el('ol', { class: 'messages' }, ...list)].filter((child) => child !== null)),
    );
    drawPending();
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
      { id: domId(message), class: `message ${only ? 'private' : ''}`, tabindex: '-1', 'aria-label': `${name}, ${clock(message.at)}` },
      face,
      el('div', { class: 'content' }, head, body),
    );
  }

  /**
   * @param {Message} message
   * @param {{ verb: string, id: string, choice: string }} action
   * @param {HTMLButtonElement | null} button
   */
  async function press(message, action, button) {
    const buttons = [...document.querySelectorAll(`#${domId(message)} .ac-pushButton`)];
    const freeze = (/** @type {boolean} */ busy) => {
      for (const each of buttons) each.toggleAttribute('disabled', busy);
      button?.setAttribute('aria-busy', String(busy));
    };
    freeze(true);
    await options.onClick(message, action);
    // When the card has been replaced meanwhile these are no longer on the page.
    freeze(false);
    if (button?.isConnected) button.focus();
  }

  function drawPending() {
    const waiting = [...shown.values()].filter(({ card }) => asksForDecision(card));
    const bar = byId('pending');
    bar.hidden = waiting.length === 0;
    const first = waiting[0];
    if (first === undefined) return;
    const words = waiting.length === 1 ? '1 decision is waiting' : `${waiting.length} decisions are waiting`;
    const go = () => {
      const element = document.getElementById(domId(first));
      element?.scrollIntoView({ block: 'center' });
      element?.focus();
    };
    bar.replaceChildren(el('span', {}, words), el('button', { type: 'button', onclick: go }, 'Show it'));
  }

  return { show, prepend, put, has: (/** @type {string} */ id) => shown.has(id) };
}

/** @param {Message} message */
function domId(message) {
  return `m-${message.id}`;
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
