// The console as a person uses it, in a real browser: type, read the card, press the button, read the mail.

import { createServer, type Server } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Console, createConsole } from '../../../src/chat/console/console.ts';
import { keepScreenshot, launchBrowser } from '../../support/browser.ts';
import { type TestDatabase, testDatabase } from '../../support/database.ts';
import { quietLog } from '../../support/quiet-log.ts';
import { PEOPLE, questionCard, SOC, type TinyBot, textCard, tinyBot } from './tiny-bot.ts';

const mail = (base: string): object => ({
  id: 'mail-1',
  from: 'picket@contoso.com',
  to: 'Carol Ortiz <carol@contoso.com>',
  subject: 'Decide: Block alice@contoso.com?',
  html: `<html><head></head><body><h1>Evidence</h1><script>document.title = "owned"</script><a href="${base}/approvals/1">Block</a></body></html>`,
  text: 'Evidence',
  at: '2026-03-01T03:12:00.000Z',
});

let missing = '';
let browser: Browser | null = null;
let database: TestDatabase;
let sandbox: Server;
let console_: Console;
let bot: TinyBot;
const pages: Page[] = [];
let problems: string[] = [];

beforeAll(async () => {
  ({ browser, missing } = await launchBrowser());
  database = await testDatabase();
  sandbox = createServer((request, response) => {
    if (request.url !== '/control/mails') response.setHeader('content-type', 'text/html').end('<h1>The page behind the link</h1>');
    else response.setHeader('content-type', 'application/json').end(JSON.stringify([mail(`http://${request.headers.host}`)]));
  });
  await new Promise<void>((resolve) => sandbox.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  await browser?.close();
  sandbox.close();
  await database.drop();
});
beforeEach(async (context) => {
  if (browser === null) return context.skip(missing);
  await database.store.query('TRUNCATE console_message');
  bot = tinyBot();
  const address = sandbox.address();
  const sandboxUrl = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  console_ = createConsole({ store: database.store, bot, people: PEOPLE, channels: ['soc'], sandboxUrl, port: 0, log: quietLog });
  bot.use(console_.port);
  await console_.listen();
  problems = [];
});
afterEach(async () => {
  await Promise.all(pages.splice(0).map((page) => page.context().close()));
  if (browser === null) return;
  await console_.close();
  // Policy violations and script errors are reported by the browser itself.
  if (problems.length > 0) throw new Error(problems.join('\n'));
});

async function openAs(person: string, options: { width?: number; colorScheme?: 'light' | 'dark' } = {}): Promise<Page> {
  if (browser === null) throw new Error(missing);
  const { width = 1280, colorScheme = 'light' } = options;
  const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
  const page = await context.newPage();
  pages.push(page);
  page.setDefaultTimeout(5_000);
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.goto(`${console_.url}/?as=${person}`);
  await page.getByRole('heading', { name: '#soc' }).waitFor();
  return page;
}

async function type(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message or command' }).fill(text);
  await page.keyboard.press('Enter');
}

describe('the console in a browser', () => {
  it('lets an analyst ask and an admin decide, and shows the outcome to both', async () => {
    const analyst = await openAs('amara');
    const admin = await openAs('carol');
    await type(analyst, '/playbook ask');
    await analyst.getByText('Asked in #soc.').waitFor();
    await admin.getByText('1 decision is waiting').waitFor();
    await keepScreenshot(admin, 'console-waiting');

    await admin.getByRole('button', { name: 'Block' }).click();
    await admin.getByText('Your answer decided it.').waitFor();
    await analyst.getByText('Blocked by Carol Ortiz in the console').waitFor();
    expect(bot.clicks).toMatchObject([{ verb: 'decide', id: 'approval-1', choice: 'block', actor: { user: 'carol' } }]);
    for (const page of [analyst, admin]) {
      expect(await page.getByRole('button', { name: 'Block' }).count()).toBe(0);
      expect(await page.getByText('1 decision is waiting').isVisible()).toBe(false);
    }
    expect(await analyst.getByText('Your answer decided it.').count()).toBe(0);
    await keepScreenshot(admin, 'console-decided');
  });

  it('tells a person without a role why not, privately, and changes nothing', async () => {
    await console_.port.post(SOC, questionCard(), { key: 'q' });
    const page = await openAs('carol');
    await page.getByRole('combobox', { name: 'Act as' }).selectOption('eve');
    await page.getByRole('button', { name: 'Block' }).click();
    const refusal = page.getByRole('article').filter({ hasText: 'You may not decide this.' });
    await refusal.getByText('Only you can see this').waitFor();
    expect(await page.getByRole('button', { name: 'Block' }).isEnabled()).toBe(true);
  });

  it('can be used by keyboard alone, and the focus survives what arrives', async () => {
    await console_.port.post(SOC, questionCard(), { key: 'q' });
    const page = await openAs('carol', { width: 380, colorScheme: 'dark' });
    const block = page.getByRole('button', { name: 'Block' });
    await block.focus();
    await console_.port.post(SOC, textCard('Something else'), { key: 'other' });
    await page.getByText('Something else').last().waitFor();
    expect(await block.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.getByText('Your answer decided it.').waitFor();
    expect(bot.clicks).toHaveLength(1);
    expect(await page.evaluate('document.activeElement.closest("article") !== null')).toBe(true);
    await keepScreenshot(page, 'console-phone');
  });

  it('keeps hostile text as text', async () => {
    const hostile = '<img src=x onerror="document.title=1"> [x](javascript:alert(1)) **bold** \u202Egnp.exe';
    await console_.port.post(SOC, questionCard(hostile), { key: 'h' });
    // Markdown is read here, as in Teams: what comes out must still be harmless.
    const block = { type: 'TextBlock', text: `Markdown: ${hostile} [y](data:text/html,x)`, wrap: true };
    const card = { type: 'AdaptiveCard', version: '1.5', fallbackText: 'x', body: [block] };
    await console_.port.post(SOC, { adaptive: card, text: 'x' }, { key: 'h2' });
    const page = await openAs('carol');
    await page.getByText('[x](javascript:alert(1)) **bold**').waitFor();
    await page.getByText('Markdown: <img src=x').waitFor();
    expect(await page.locator('#conversation img, #conversation a').count()).toBe(0);
    expect(await page.title()).toBe('(1) #soc · Picket');
  });

  it("shows a person's own mails without running what is in them, and opens links in a new tab", async () => {
    const page = await openAs('carol');
    await page.getByRole('button', { name: 'Mailbox 1 unread' }).click();
    await page.getByRole('button', { name: /Decide: Block/ }).click();
    const link = page.frameLocator('iframe').getByRole('link', { name: 'Block' });
    await link.waitFor();
    expect(await page.locator('iframe').getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
    const [opened] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await opened.getByRole('heading', { name: 'The page behind the link' }).waitFor();
    expect(page.url().startsWith(console_.url)).toBe(true);
    // The browser says that it blocked the mail's script: that is what is wanted here.
    problems = problems.filter((problem) => !/blocked script execution|Content Security Policy/i.test(problem));

    await page.getByRole('combobox', { name: 'Act as' }).selectOption('dan');
    await page.getByText('1 mail went to other people').waitFor();
  });

  it('says so when Picket does not answer, and catches up by itself when it is back', async () => {
    const page = await openAs('carol');
    const port = Number(new URL(console_.url).port);
    await console_.close();
    await page.getByRole('alert').getByText('The connection to Picket is lost').waitFor();
    await console_.port.post(SOC, textCard('Said meanwhile'), { key: 'm' });
    const options = { store: database.store, bot, people: PEOPLE, channels: ['soc'], sandboxUrl: '', log: quietLog };
    console_ = createConsole({ ...options, port });
    await console_.listen();
    await page.getByRole('article').getByText('Said meanwhile').waitFor();
    expect(await page.getByRole('alert').isVisible()).toBe(false);
    problems = problems.filter((problem) => !problem.includes('ERR_'));
  });
});
