// The mailbox of the person acted as. A mail is shown in a frame without scripts; its links open in a new tab.
import { getMails } from './backend.js';
import { byId, clock, el } from './dom.js';

/** @typedef {import('./backend.js').MailHead} MailHead */
/** `problem`: why the mails cannot be read, '' when they can. @typedef {{ mails: MailHead[], others: number, problem: string }} Mails */

/**
 * Draws the list, and beside it the mail that is open.
 * @param {Mails & { open: string, address: string, onOpen: (id: string) => void }} view
 */
export function drawMailbox({ mails, others, problem, open, address, onOpen }) {
  const current = mails.find(({ id }) => id === open);
  const rows = mails.map((mail) =>
    el(
      'li',
      {},
      el(
        'button',
        { type: 'button', class: 'mail-row', 'aria-current': mail.id === open ? 'true' : undefined, onclick: () => onOpen(mail.id) },
        el('strong', {}, mail.subject === '' ? '(no subject)' : mail.subject),
        el('span', {}, mail.from),
        el('time', { datetime: mail.at }, clock(mail.at)),
      ),
    ),
  );
  const elsewhere = others === 0 ? '' : ` ${others === 1 ? '1 mail' : `${others} mails`} went to other people: act as them to read it.`;
  const list =
    mails.length === 0
      ? el(
          'div',
          { class: 'empty' },
          el('h2', {}, problem === '' ? 'No mail' : 'The mailbox cannot be read'),
          el('p', {}, `${emptyText(problem, address)}${elsewhere}`),
        )
      : el(
          'div',
          { class: 'mail-list' },
          el('ul', { 'aria-label': 'Mails' }, ...rows),
          elsewhere === '' ? null : el('p', { class: 'quiet' }, elsewhere.trim()),
        );
  const mail =
    current === undefined
      ? null
      : el(
          'div',
          { class: 'mail' },
          el(
            'div',
            { class: 'mail-head' },
            el('h2', {}, current.subject),
            el('p', {}, `From ${current.from} to ${current.to.join(', ')}, ${clock(current.at)}`),
          ),
          el('iframe', {
            title: `Mail: ${current.subject}`,
            src: `/mails/${encodeURIComponent(current.id)}`,
            sandbox: 'allow-popups allow-popups-to-escape-sandbox',
            referrerpolicy: 'no-referrer',
          }),
        );
  byId('conversation').replaceChildren(el('div', { class: `mailbox ${current === undefined ? '' : 'reading'}` }, list, mail));
}

/** @param {string} problem @param {string} address */
function emptyText(problem, address) {
  if (problem !== '') return problem;
  return address === '' ? 'This person has no address.' : `Nothing has been sent to ${address}.`;
}

/**
 * Asks for the mails every few seconds while the page is looked at.
 * @param {() => string} person
 * @param {(result: Mails) => void} onMails
 * @returns {() => Promise<void>} asks now
 */
export function watchMails(person, onMails) {
  const look = async () => {
    const asked = person();
    const result = await getMails(asked).then(
      (mails) => ({ ...mails, problem: '' }),
      (error) => ({ mails: [], others: 0, problem: error instanceof Error ? error.message : String(error) }),
    );
    if (asked === person()) onMails(result);
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') void look();
  }, 3_000);
  return look;
}
