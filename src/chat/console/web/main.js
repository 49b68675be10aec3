// The console's page: who is acted as, which conversation is open, and what happens when something arrives.
import { getMessages, getState, postClick, postMessage, subscribe } from './backend.js';
import { byId, el } from './dom.js';
import { drawMailbox, watchMails } from './mailbox.js';
import { createConversation } from './messages.js';

const MAILBOX = 'mailbox';
const QUICK = ['/playbook help', '/playbook list', '/playbook runs'];

const { people, channels, sandboxUrl, pageSize } = await getState();
const address = new URLSearchParams(location.search);
/** @type {import('./backend.js').Person} */
let me = people.find(({ id }) => id === address.get('as')) ?? people[0] ?? { id: '', name: 'Nobody', email: '', roles: [] };
let open = address.get('in') ?? channels[0] ?? `@${me.id}`;
/** @type {Map<string, number>} */
const unread = new Map();
/** @type {import('./mailbox.js').Mails} */
let mailbox = { mails: [], others: 0, problem: '' };
let openMail = '';
/** @type {Set<string>} */
const readMails = new Set();
let unsubscribe = () => {};
/** @type {string[]} */
const typed = [];
let recalled = 0;

const outside =
  sandboxUrl === '' ? [] : [el('a', { class: 'outside', href: sandboxUrl, target: '_blank', rel: 'noopener' }, 'Outside systems')];
const composer = /** @type {HTMLInputElement} */ (byId('composer-text'));
const conversation = createConversation({
  nameOf,
  me: () => me.id,
  pageSize,
  onEarlier: async (before) => attempt(async () => conversation.prepend(await getMessages(me.id, open, before))),
  onClick: (message, action) => attempt(() => postClick({ as: me.id, message: message.id, ...action })),
  hint: () =>
    el(
      'div',
      { class: 'empty' },
      el('h2', {}, open.startsWith('@') ? 'Just you and Picket' : 'All quiet'),
      el(
        'p',
        {},
        open.startsWith('@')
          ? 'What Picket asks only you arrives here. Type a command, with or without /playbook.'
          : 'Incidents and decisions arrive here by themselves. To start something yourself, type a command below.',
      ),
    ),
});
const lookForMails = watchMails(
  () => me.id,
  (result) => {
    const changed = JSON.stringify(result) !== JSON.stringify(mailbox);
    mailbox = result;
    if (open === MAILBOX && changed) showMailbox();
    drawNavigation();
  },
);

/** @param {string} id */
function nameOf(id) {
  return people.find((person) => person.id === id)?.name ?? id;
}

/** Shows what went wrong until the next thing that works. @param {() => Promise<unknown>} work */
async function attempt(work) {
  try {
    await work();
    say('');
    return true;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return false;
  }
}

/** @param {string} text */
function say(text) {
  const trouble = byId('trouble');
  trouble.hidden = text === '';
  trouble.textContent = text;
}

/** @param {string} id */
async function actAs(id) {
  me = people.find((person) => person.id === id) ?? me;
  if (open.startsWith('@')) open = `@${me.id}`;
  unread.clear();
  openMail = '';
  mailbox = { mails: [], others: 0, problem: '' };
  connect();
  await Promise.all([go(open), lookForMails()]);
}

/** @param {string} where */
async function go(where) {
  open = [MAILBOX, `@${me.id}`, ...channels].includes(where) ? where : (channels[0] ?? `@${me.id}`);
  unread.delete(open);
  history.replaceState(null, '', `?${new URLSearchParams({ as: me.id, in: open })}`);
  drawPerson();
  drawNavigation();
  drawHead();
  byId('composer').hidden = open === MAILBOX;
  if (open === MAILBOX) return showMailbox();
  const wanted = open;
  await attempt(async () => {
    const messages = await getMessages(me.id, wanted);
    if (wanted === open) conversation.show(messages);
  });
}

function connect() {
  unsubscribe();
  let lost = false;
  unsubscribe = subscribe(me.id, {
    onMessage: arrive,
    onState: (connected) => {
      if (!connected) say('The connection to Picket is lost. Trying again by itself.');
      // What was said meanwhile is in the conversation, not in the stream.
      else if (lost) void go(open);
      lost = !connected;
    },
  });
}

/** @param {import('./backend.js').Message} message */
function arrive(message) {
  const isNew = message.conversation !== open || !conversation.has(message.id);
  if (message.conversation === open) conversation.put(message);
  if (message.author === me.id || !isNew) return;
  if (message.conversation !== open || document.visibilityState === 'hidden')
    unread.set(message.conversation, (unread.get(message.conversation) ?? 0) + 1);
  byId('status').textContent = `New message from ${message.author === 'picket' ? 'Picket' : nameOf(message.author)}`;
  drawNavigation();
}

function showMailbox() {
  byId('pending').hidden = true;
  drawMailbox({
    ...mailbox,
    open: openMail,
    address: me.email,
    onOpen: (id) => {
      openMail = id;
      readMails.add(id);
      showMailbox();
      drawNavigation();
    },
  });
}

function drawPerson() {
  /** @type {HTMLSelectElement} */ (byId('person')).value = me.id;
  byId('roles').textContent = me.roles.length === 0 ? 'No role: may look, not act' : `Roles: ${me.roles.join(', ')}`;
}

function drawNavigation() {
  const unreadMails = mailbox.mails.filter(({ id }) => !readMails.has(id)).length;
  const entries = [
    ...channels.map((name) => ({ where: name, label: `# ${name}`, count: unread.get(name) ?? 0 })),
    { where: `@${me.id}`, label: 'Direct messages', count: unread.get(`@${me.id}`) ?? 0 },
    { where: MAILBOX, label: 'Mailbox', count: unreadMails },
  ];
  const nav = byId('nav');
  const focused = document.activeElement?.getAttribute('data-where');
  nav.replaceChildren(
    ...entries.map(({ where, label, count }) => {
      const badge = count === 0 ? null : el('span', { class: 'count' }, String(count), el('span', { class: 'unseen' }, ' unread'));
      return el(
        'button',
        { type: 'button', 'data-where': where, 'aria-current': where === open ? 'page' : undefined, onclick: () => go(where) },
        el('span', {}, label),
        badge,
      );
    }),
    ...outside,
  );
  for (const button of nav.querySelectorAll('button')) if (button.dataset.where === focused) button.focus();
  const total = entries.reduce((sum, { count }) => sum + count, 0);
  document.title = `${total === 0 ? '' : `(${total}) `}${title()} · Picket`;
}

function title() {
  if (open === MAILBOX) return 'Mailbox';
  return open.startsWith('@') ? 'Direct messages' : `#${open}`;
}

function drawHead() {
  byId('title').textContent = title();
  const about =
    open === MAILBOX
      ? `What was sent to ${me.email || me.name}`
      : open.startsWith('@')
        ? `Between ${me.name} and Picket`
        : 'Everybody in the SOC reads this channel';
  byId('about').textContent = about;
  composer.placeholder = open.startsWith('@') ? 'run block-user alice' : '/playbook run block-user alice';
}

byId('person').append(...people.map(({ id, name, roles }) => el('option', { value: id }, `${name}, ${roles[0] ?? 'no role'}`)));
byId('person').addEventListener('change', (event) => void actAs(/** @type {HTMLSelectElement} */ (event.target).value));
byId('quick').append(...QUICK.map((text) => el('button', { type: 'button', onclick: () => void send(text) }, text)));
byId('composer').addEventListener('submit', (event) => {
  event.preventDefault();
  void send(composer.value);
});
composer.addEventListener('keydown', (event) => {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
  recalled = Math.min(Math.max(recalled + (event.key === 'ArrowUp' ? -1 : 1), 0), typed.length);
  composer.value = typed[recalled] ?? '';
  event.preventDefault();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState !== 'visible') return;
  unread.delete(open);
  drawNavigation();
});

/** @param {string} given */
async function send(given) {
  const text = given.trim();
  if (text === '') return;
  typed.push(text);
  recalled = typed.length;
  composer.value = '';
  const sent = await attempt(() => postMessage({ as: me.id, conversation: open, text }));
  if (!sent && composer.value === '') composer.value = text;
  composer.focus();
}

connect();
await Promise.all([go(open), lookForMails()]);
