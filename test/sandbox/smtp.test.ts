// The mail server as the stand-in has it, spoken to by a real client.
import { createTransport } from 'nodemailer';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Client, openSandbox } from './client.ts';

let client: Client;
beforeAll(async () => {
  client = await openSandbox();
});
beforeEach(async () => void (await client.plain('POST', '/control/reset')));
afterAll(async () => client.sandbox.stop());

interface Sent {
  readonly to?: string | string[];
  readonly pass?: string;
}

async function send({ to = 'carol@contoso.com', pass = client.sandbox.connectors.email?.password ?? '' }: Sent = {}) {
  const { host, port } = client.sandbox.smtp;
  const transport = createTransport({ host, port, ignoreTLS: true, socketTimeout: 2000, auth: { user: 'picket', pass } });
  try {
    const content = { html: '<p>Block <b>alice</b>?</p>', text: 'Block alice?', messageId: '<run-12@contoso.com>' };
    return await transport.sendMail({ from: 'Picket <picket@contoso.com>', to, subject: 'Zürich: decide', ...content });
  } finally {
    transport.close();
  }
}
const mails = async () => (await client.plain('GET', '/control/mails')).body;

test('keeps a mail as a mailbox would show it', async () => {
  await send();
  expect(await mails()).toMatchObject([
    {
      from: 'Picket <picket@contoso.com>',
      to: ['carol@contoso.com'],
      subject: 'Zürich: decide',
      html: expect.stringContaining('<b>alice</b>'),
      text: expect.stringContaining('Block alice?'),
      messageId: '<run-12@contoso.com>',
      at: expect.stringMatching(/Z$/),
    },
  ]);
});

test('lets nobody send without the right password', async () => {
  await expect(send({ pass: 'wrong' })).rejects.toMatchObject({ code: 'EAUTH', responseCode: 535 });
});

test('refuses one recipient and takes the other', async () => {
  const info = await send({ to: ['carol@contoso.com', 'nobody@contoso.com'] });
  expect(info.rejected).toEqual(['nobody@contoso.com']);
  expect(await mails()).toMatchObject([{ to: ['carol@contoso.com'] }]);
  await expect(send({ to: 'nobody@contoso.com' })).rejects.toMatchObject({ code: 'EENVELOPE', responseCode: 550 });
});

test('refuses for a while when asked to, and is not done then', async () => {
  await client.plain('POST', '/control/faults', { system: 'smtp', kind: 'status', status: 452, times: 1, match: { path: 'carol@' } });
  await send({ to: 'dave@contoso.com' });
  await expect(send()).rejects.toMatchObject({ responseCode: 452 });
  await send();
  expect(await mails()).toMatchObject([{ to: ['dave@contoso.com'] }, { to: ['carol@contoso.com'] }]);
});

test('has the mail although its answer was lost', async () => {
  await client.plain('POST', '/control/faults', { system: 'smtp', kind: 'lost-answer', times: 1 });
  await expect(send()).rejects.toThrow();
  expect(await mails()).toMatchObject([{ messageId: '<run-12@contoso.com>' }]);
});

test('has no mail when the connection was cut before', async () => {
  await client.plain('POST', '/control/faults', { system: 'smtp', kind: 'reset', times: 1 });
  await expect(send()).rejects.toThrow();
  expect(await mails()).toEqual([]);
  expect((await client.plain('GET', '/control/requests')).body).toMatchObject([
    { system: 'smtp', path: 'carol@contoso.com', status: 0, fault: 'reset' },
  ]);
});
