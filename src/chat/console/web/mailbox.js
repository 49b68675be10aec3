// The mailbox of the person acted as. A mail is shown in a frame without scripts; its links open in a new tab.
import { getMails } from './backend.js';
import { byId, clock, el } from './dom.js';

/** @typedef {import('./backend.js').MailHead} MailHead */

/**
 * Draws the list, and beside it the mail that is open.
 * @param {{ mails: MailHead[], others: number, open: string, address: string, onOpen: (id: string) => void }} view
 */
export function drawMailbox({ mails, others, open, address, onOpen }) {
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
          el('h2', {}, 'No mail'),
          el('p', {}, `${address === '' ? 'This person has no address.' : `Nothing has been sent to ${address}.`}${elsewhere}`),
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

/**
 * Asks for the mails every few seconds while the page is looked at.
 * @param {() => string} person
 * @param {(result: { mails: MailHead[], others: number }) => void} onMails
 * @returns {() => Promise<void>} asks now
 */
export function watchMails(person, onMails) {
  const look = async () => {
    const asked = person();
    const result = await getMails(asked).catch(() => null);
    if (result !== null && asked === person()) onMails(result);
  };
  setInterval(() => {
    if (document.visibilityState === 'visible') void look();
  }, 3_000);
  return look;
}
