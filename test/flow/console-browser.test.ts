// The main job in the console, in a real browser, found by role and label as a person would find it. Pictures are kept in artefacts/.
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentArrives } from '../support/app.ts';
import { keepScreenshot, launchBrowser } from '../support/browser.ts';
import { isDisabled, runEnds, type Soc, startSoc } from '../support/soc.ts';

const QUESTION = 'Block alice@contoso.com and 203.0.113.50?';

describe('the console in a browser', () => {
  let soc: Soc;
  let browser: Browser | null = null;
  let missing = '';
  beforeAll(async () => {
    soc = await startSoc();
    ({ browser, missing } = await launchBrowser());
  });
  afterAll(async () => {
    await browser?.close();
    await soc.close();
  });

  const open = async (found: Browser, options: { width: number; dark: boolean }): Promise<Page> => {
    const context = await found.newContext({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.dark ? 'dark' : 'light',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(soc.app.consoleUrl);
    return page;
  };

  it('an admin sees the question, reads what each choice does, presses Block, and the account is disabled', async (context) => {
    if (browser === null) return context.skip(missing);
    await incidentArrives(soc.app, soc.sandbox);
    const page = await open(browser, { width: 1280, dark: false });
    await page.getByRole('combobox', { name: 'Act as' }).selectOption('carol');
    await page.getByRole('button', { name: '# soc' }).click();
    await page.getByText(QUESTION).first().waitFor();
    await page.getByText('Disable the account alice@contoso.com in Entra ID').waitFor();
    await keepScreenshot(page, 'main-job-1-asked');
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(false);

    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByText('Block by Carol Ortiz in the console').first().waitFor();
    await runEnds(soc, 1, 'succeeded');
    await page.getByRole('button', { name: 'Block', exact: true }).waitFor({ state: 'detached' });
    await keepScreenshot(page, 'main-job-2-decided');
    expect(isDisabled(await soc.state(), 'alice@contoso.com')).toBe(true);
    return undefined;
  });

  it('an analyst runs a playbook by command and opens its log by a link of their own', async (context) => {
    if (browser === null) return context.skip(missing);
    const page = await open(browser, { width: 390, dark: true });
    await page.getByRole('combobox', { name: 'Act as' }).selectOption('bob');
    await page.getByRole('textbox', { name: 'Message or command' }).fill('/playbook run block-user alex');
    await page.keyboard.press('Enter');
    await page.getByText('could be').first().waitFor();
    await keepScreenshot(page, 'main-job-3-ambiguous');
    await page.getByRole('textbox', { name: 'Message or command' }).fill('/playbook run block-ip 203.0.113.99');
    await page.keyboard.press('Enter');
    await page.getByText('Run 2 accepted').first().waitFor();
    await page.getByRole('button', { name: 'Run log' }).last().click();
    const link = page
      .getByRole('link', { name: 'Open the run log' })
      .or(page.getByRole('button', { name: 'Open the run log' }))
      .last();
    const [log] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
    await log.getByText('block-ip').first().waitFor();
    expect(new URL(log.url()).searchParams.get('t')).toBeTruthy();
    await keepScreenshot(log, 'main-job-4-run-log');
    return undefined;
  });

  it('an admin decides from the mail: the link shows the evidence, opening it decides nothing, the button does', async (context) => {
    if (browser === null) return context.skip(missing);
    const page = await open(browser, { width: 1280, dark: true });
    const { number } = await incidentArrives(soc.app, soc.sandbox, { title: 'Sign-in from a new country', severity: 'High' });
    await page.getByRole('combobox', { name: 'Act as' }).selectOption('dave');
    await page.getByRole('button', { name: /^Mailbox/ }).click();
    await page.getByText(`#${number}`).first().click();
    const frame = page.frameLocator('iframe');
    await frame.getByRole('link', { name: 'Ignore' }).waitFor();
    await keepScreenshot(page, 'main-job-5-mail');
    const [approval] = await Promise.all([page.context().waitForEvent('page'), frame.getByRole('link', { name: 'Ignore' }).click()]);
    await approval.getByRole('button', { name: 'Yes, Ignore' }).waitFor();
    await keepScreenshot(approval, 'main-job-6-approval-page');
    const before = await soc.database.store.query('SELECT 1 FROM decision');
    await approval.reload();
    expect((await soc.database.store.query('SELECT 1 FROM decision')).rows).toHaveLength(before.rows.length);
    await approval.getByRole('button', { name: 'Yes, Ignore' }).click();
    await approval.getByText('Dave Lindqvist').first().waitFor();
    await runEnds(soc, 3, 'succeeded');
    expect((await soc.state()).incidents.find((incident) => incident.number === number)).toMatchObject({ status: 'Closed' });
    return undefined;
  });
});
