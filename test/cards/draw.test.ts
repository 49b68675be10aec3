// Cards and mails as a browser draws them, light and dark, narrow and wide.
import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { renderApprovalMail } from '../../src/cards/mail.ts';
import { createRenderer } from '../../src/cards/render.ts';
import type { View } from '../../src/model/views.ts';
import { launchBrowser } from '../support/browser.ts';
import { cardPage } from './draw.ts';
import { decided, HOSTILE, hostile, samples, templateDir } from './views.ts';

const renderer = createRenderer({ templateDir });
const { browser, missing } = await launchBrowser();
/** Set to a folder, the pictures are kept there. */
const pictures = process.env.PICKET_PICTURES ?? '';

afterAll(async () => {
  await browser?.close();
});

async function draw(html: string, options: { name: string; dark: boolean; width: number }): Promise<Page> {
  if (browser === null) throw new Error(missing);
  const page = await browser.newPage({ viewport: { width: options.width, height: 400 }, colorScheme: options.dark ? 'dark' : 'light' });
  await page.setContent(html);
  if (pictures !== '') {
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: `${pictures}/${options.name}-${options.dark ? 'dark' : 'light'}-${options.width}.png`, fullPage: true });
  }
  return page;
}

async function fitsItsWidth(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');
}

const looks = [380, 800].flatMap((width) => [false, true].map((dark) => ({ width, dark })));
const views: readonly (readonly [string, View])[] = [...Object.entries(samples), ['decided', decided]];

describe.skipIf(browser === null)(`cards drawn by the adaptivecards renderer${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  it.each(views)('have nothing the renderer complains about, at any width, light and dark: %s', async (name, view) => {
    for (const look of looks) {
      const page = await draw(cardPage(renderer.render(view).adaptive, look), { name, ...look });
      expect(await page.evaluate('window.problems')).toEqual([]);
      expect(await fitsItsWidth(page)).toBe(true);
      await page.close();
    }
  });

  it('have buttons that are found by role and label, and say what was pressed', async () => {
    const page = await draw(cardPage(renderer.render(samples.approval).adaptive, { dark: false }), {
      name: 'click',
      dark: false,
      width: 380,
    });
    await page.getByRole('button', { name: 'Block', exact: true }).click();
    await page.getByRole('button', { name: 'Ignore', exact: true }).click();
    const { id } = samples.approval.buttons[0] ?? { id: '' };
    expect(await page.evaluate('window.clicks')).toEqual([
      { verb: 'decide', data: { id, choice: 'block' } },
      { verb: 'decide', data: { id, choice: 'ignore' } },
    ]);
    expect(await page.getByRole('heading', { name: 'What each choice does' }).count()).toBe(1);
    await page.close();
  });

  it('have every button on the screen of a phone, however many there are', async () => {
    const [first] = samples.approval.buttons;
    if (first === undefined) throw new Error('the sample has no button');
    const labels = [
      'Block',
      'Block user and address',
      'Ignore, close as benign',
      'Isolate the host instead',
      'Ask again',
      'No',
      'Yes',
      'A label of thirty-two characters',
    ];
    const view = { ...samples.approval, buttons: labels.map((label, n) => ({ ...first, label, choice: `c${n}` })) };
    const page = await draw(cardPage(renderer.render(view).adaptive, { dark: false }), { name: 'buttons', dark: false, width: 380 });
    for (const label of labels) {
      const box = await page.getByRole('button', { name: label, exact: true }).boundingBox();
      expect({ label, fits: box !== null && box.width > 20 && box.x + box.width <= 364 }).toEqual({ label, fits: true });
    }
    await page.close();
  });

  it('have no button once somebody decided, and still show outcome and evidence', async () => {
    const page = await draw(cardPage(renderer.render(decided).adaptive, { dark: false }), { name: 'decided', dark: false, width: 380 });
    expect(await page.getByRole('button').count()).toBe(0);
    const text = await page.locator('#card').textContent();
    for (const each of [decided.state, 'alice@contoso.com', '203.0.113.50']) expect(text).toContain(each);
    await page.close();
  });

  it('show hostile texts letter by letter: no link, no picture, no script', async () => {
    for (const [index, view] of hostile.slice(4, 8).entries()) {
      const page = await draw(cardPage(renderer.render(view).adaptive, { dark: false }), {
        name: `hostile-${index}`,
        dark: false,
        width: 380,
      });
      expect(await page.locator('#card a, #card img, #card script').count()).toBe(0);
      expect(await page.locator('#card').textContent()).toContain(HOSTILE[1].slice(0, 40));
      expect(await fitsItsWidth(page)).toBe(true);
      await page.close();
    }
  });

  it('fit a mail client of any width, light and dark', async () => {
    const links = samples.approval.buttons.map((button) => ({
      label: button.label,
      style: button.style,
      url: `https://picket.example.net/approve/${button.choice}`,
    }));
    for (const incident of [samples.incident, ...hostile.filter((view) => view.card === 'incident').slice(1, 2)]) {
      const { html } = renderApprovalMail({ approval: samples.approval, incident, links, logUrl: 'https://picket.example.net/runs/17' });
      for (const look of looks) {
        const page = await draw(html, { name: `mail-${incident.number === '#4711' ? 'sample' : 'hostile'}`, ...look });
        expect(await fitsItsWidth(page)).toBe(true);
        expect(await page.getByRole('link', { name: 'Block', exact: true }).getAttribute('href')).toBe(
          'https://picket.example.net/approve/block',
        );
        await page.close();
      }
    }
  });
});
