// E-mail keeps the promises of every connector, over SMTP.
import { describeConnector } from '../../contracts/connector.ts';
import { nothingBut } from '../worlds.ts';
import { startMail } from './smtp.ts';

describeConnector({
  connector: 'email',
  action: 'email.send',
  input: { to: 'carol@contoso.com', subject: 'Alice was blocked', text: 'By Dave.' },
  async open() {
    const mail = await startMail();
    return {
      settings: nothingBut({ email: mail.settings }),
      faults: {
        unavailable: () => mail.mood('busy'),
        silent: () => mail.mood('silent'),
        nonsense: () => mail.mood('nonsense'),
        loseAnswer: () => mail.mood('loses the answer'),
      },
      attempts: () => mail.connections(),
      // SMTP cannot tell that it has a mail already; what mailboxes show once is a Message-ID.
      effects: () => new Set(mail.received.map(({ text }) => /Message-ID: (\S+)/.exec(text)?.[1])).size,
      close: () => mail.close(),
    };
  },
});
