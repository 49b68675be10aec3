// Mail that arrives whole, refusals that are told, and a lost answer that does not make a second mail.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMailer } from '../../../src/connectors/email/mailer.ts';
import { send } from '../../../src/connectors/email/send.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { contextOf } from '../context.ts';
import { startMail, type TestMail } from './smtp.ts';

let mail: TestMail;
beforeEach(async () => {
  mail = await startMail();
});
afterEach(() => mail.close());

const letter = { subject: 'Block alice@contoso.com?', text: 'Evidence', html: '<p>Evidence</p>', messageId: 'picket-k1@contoso.com' };

describe('the mailer', () => {
  it('sends text and HTML, marked as sent by a machine', async () => {
    const mailer = createMailer(mail.settings, quietLog);
    expect(await mailer.send({ ...letter, to: 'carol@contoso.com' })).toEqual({ accepted: ['carol@contoso.com'] });
    const text = mail.received[0]?.text ?? '';
    expect(text).toContain('Message-ID: <picket-k1@contoso.com>');
    expect(text).toContain('Auto-Submitted: auto-generated');
    expect(text).toContain('multipart/alternative');
    expect(text).toContain('<p>Evidence</p>');
  });

  it('makes one Message-ID of one key, in the domain of the sender', () => {
    expect(createMailer(mail.settings, quietLog).messageIdOf('k1')).toBe('picket-k1@contoso.com');
  });

  it('does not let a subject add headers', async () => {
    await createMailer(mail.settings, quietLog).send({ ...letter, to: 'carol@contoso.com', subject: 'x\r\nBcc: mallory@example.net' });
    expect(mail.received[0]?.to).toEqual(['carol@contoso.com']);
    expect(mail.received[0]?.text).not.toMatch(/^Bcc:/m);
  });

  it('tells which recipients were refused, and who got it', async () => {
    const sent = createMailer(mail.settings, quietLog).send({ ...letter, to: ['carol@contoso.com', 'nobody@contoso.com'] });
    await expect(sent).rejects.toMatchObject({
      code: 'action',
      retryable: false,
      message: expect.stringMatching(/refused nobody@contoso\.com\. carol@contoso\.com got it/),
    });
  });

  it('is final when every recipient is refused', async () => {
    await expect(createMailer(mail.settings, quietLog).send({ ...letter, to: 'nobody@contoso.com' })).rejects.toMatchObject({
      code: 'action',
      retryable: false,
    });
  });

  it('may be repeated when the server is busy', async () => {
    mail.mood('busy');
    await expect(createMailer(mail.settings, quietLog).send({ ...letter, to: 'carol@contoso.com' })).rejects.toMatchObject({
      retryable: true,
    });
  });

  it('repeats a mail whose answer was lost under the same Message-ID', async () => {
    const mailer = createMailer(mail.settings, quietLog, { attemptMs: 300 });
    mail.mood('loses the answer');
    await expect(mailer.send({ ...letter, to: 'carol@contoso.com' })).rejects.toMatchObject({
      retryable: true,
      message: expect.stringContaining('may be out'),
    });
    await mailer.send({ ...letter, to: 'carol@contoso.com' });
    const ids = mail.received.map(({ text }) => /Message-ID: (\S+)/.exec(text)?.[1]);
    expect(ids).toEqual(['<picket-k1@contoso.com>', '<picket-k1@contoso.com>']);
  });

  it('refuses to send in the clear to another machine', async () => {
    const mailer = createMailer({ ...mail.settings, host: 'mail.example.com' }, quietLog);
    await expect(mailer.send({ ...letter, to: 'carol@contoso.com' })).rejects.toThrow(/SMTP_SECURITY/);
  });
});

describe('email.send', () => {
  it('shows text as text, whatever is in it', async () => {
    const action = send(() => createMailer(mail.settings, quietLog));
    const output = await action.run(
      { to: 'carol@contoso.com', subject: 'Hello', text: 'One <b>\nline\n\n<script>alert(1)</script>' },
      contextOf({ key: 'k7' }),
    );
    expect(output).toEqual({ message_id: 'picket-k7@contoso.com', accepted: ['carol@contoso.com'] });
    expect(mail.received[0]?.text.replaceAll('=\r\n', '')).toContain(
      '<p>One &lt;b&gt;<br>line</p><p>&lt;script&gt;alert(1)&lt;/script&gt;</p>',
    );
  });
});
