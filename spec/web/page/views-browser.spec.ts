import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { noBrowser, openBrowser, Screen } from '../../support/dashboard/browser.js';
import type { Browser, Page } from '../../support/dashboard/playwright.js';
import { StandIn } from '../../support/dashboard/stand-in.js';
import { makeTrouble } from '../../support/dashboard/troubled-fleet.js';
import { wholeOfIt } from '../../support/slow-part.js';
import { suiteWherePermitted } from '../../support/where-permitted.js';

/** MAGLEV_SHOTS=write: what is looked at here is written for docs/dashboard.md, too. */
const writing = process.env['MAGLEV_SHOTS'] === 'write';
const folder = path.resolve(import.meta.dirname, '../../../../docs/images');
/** A page of documents should load quickly, bytes. */
const LARGEST = 150_000;

const sizes = { wide: { width: 1280, height: 740 }, narrow: { width: 390, height: 844 } } as const;

interface Look {
  readonly name: string;
  readonly hash: string;
  readonly act?: (page: Page) => Promise<void>;
}

const looks: readonly Look[] = [
  {
    name: 'overview',
    hash: '#/overview',
    act: async (page) => page.getByText('Needs a look').waitFor(),
  },
  {
    name: 'frontends',
    hash: '#/frontends?maglevd=ams1',
    act: async (page) => {
      await page.locator('.row-frontend canvas').first().waitFor({ state: 'attached' });
      // On a phone the panel would cover the list.
      if (await page.evaluate('innerWidth > 760')) {
        await page.locator('.row-member', { hasText: 'shop-02' }).click();
        await page.locator('.panel canvas').waitFor();
      }
    },
  },
  {
    name: 'timeline',
    hash: '#/timeline?maglevd=ams1',
    act: async (page) => {
      if (await page.evaluate('innerWidth > 760')) {
        await page.locator('.row-mark', { hasText: 'sync of shop (decision)' }).first().click();
        await page.locator('.operations').waitFor();
      } else await page.locator('.row-mark').first().waitFor();
    },
  },
  {
    name: 'probes',
    hash: '#/probes?maglevd=ams1&backend=shop-02',
    act: async (page) => page.getByText('Results by code').waitFor(),
  },
  {
    name: 'admin',
    hash: '#/admin?maglevd=ams1&backend=shop-01',
    act: async (page) => {
      await page.getByRole('button', { name: /^disable/ }).click();
      await page.getByText('Nobody would serve').waitFor();
    },
  },
];

const refused = noBrowser ?? (wholeOfIt || writing ? null : 'only npm run test:web looks at all of it');

suiteWherePermitted(refused, 'every view of the page, wide and narrow, light and dark', function () {
  this.timeout(120_000);
  let browser: Browser;
  let standIn: StandIn;

  before(async () => {
    browser = await openBrowser();
    standIn = await StandIn.start(['ams1', 'ams2', 'fra1'], { frontends: 6, members: 5 });
    standIn.admin = true;
    makeTrouble(standIn, ['ams1', 'ams2', 'fra1']);
  });

  after(async () => {
    await browser.close();
    await standIn.stop();
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const size of ['wide', 'narrow'] as const) {
      for (const { name, hash, act } of looks) {
        it(`${name}, ${colorScheme}, ${size}: nothing that axe-core calls serious, nothing beside the window`, async () => {
          const screen = await Screen.open(browser, { colorScheme, viewport: sizes[size] });
          const { page } = screen;
          await page.goto(`${standIn.url}${hash}`);
          await page.getByText('live', { exact: true }).waitFor();
          await act?.(page);
          const beside = `[...document.querySelectorAll('html, .main, .card')]
            .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.className)`;
          expect(await page.evaluate(beside)).to.deep.equal([]);
          if (writing) {
            mkdirSync(folder, { recursive: true });
            const file = path.join(folder, `dashboard-${name}-${colorScheme}-${sizes[size].width}.png`);
            await page.mouse.move(0, 0);
            // What was asked for is there, and drawn.
            await page.evaluate(
              'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
            );
            await page.screenshot({ path: file });
            expect(statSync(file).size).to.be.below(LARGEST);
          }
          expect(await screen.faults()).to.deep.equal([]);
          expect(screen.complaints).to.deep.equal([]);
          await screen.close();
        });
      }
    }
  }
});
