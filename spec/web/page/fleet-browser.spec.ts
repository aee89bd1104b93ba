import { expect } from 'chai';
import { noBrowser, openBrowser, Screen } from '../../support/dashboard/browser.js';
import { LiveSite, operator } from '../../support/dashboard/live-site.js';
import type { Browser, Page } from '../../support/dashboard/playwright.js';
import { wholeOfIt } from '../../support/slow-part.js';
import { until } from '../../support/until.js';
import { suiteWherePermitted } from '../../support/where-permitted.js';

/** Longer than any timeout of the page, and as long as the dashboard's server keeps what happened. */
const DROP_MS = 26_000;

const refused = noBrowser ?? (wholeOfIt ? null : 'only npm run test:web takes so long');

suiteWherePermitted(refused, 'the dashboard over two maglevds in Chromium', function () {
  this.timeout(120_000);
  let browser: Browser;
  let site: LiveSite;
  let screen: Screen;
  let page: Page;

  before(async () => {
    [browser, site] = await Promise.all([openBrowser(), LiveSite.start()]);
    screen = await Screen.open(browser, { httpCredentials: operator });
    page = screen.page;
    await page.goto(site.url);
    await page.getByText('live', { exact: true }).waitFor();
  });

  after(async () => {
    await browser.close();
    await site.end();
  });

  afterEach(() => expect(screen.complaints).to.deep.equal([]));

  const web2 = () => page.locator('.row-member', { hasText: 'web2' }).first();

  it('has all that maglevds and VPPs have on the screen: states, weights, buckets, traffic', async () => {
    expect(await page.locator('.fleet-row').count()).to.equal(2);
    await page.getByText('agrees').first().waitFor();
    await screen.show('#/frontends?maglevd=lb1&frontend=shop&backend=web2');
    await page.locator('.row-member .cell-packets .num:not(.zero)').first().waitFor();
    expect(await web2().locator('.weights').textContent()).to.equal('50→50→50');
    const { vips } = await site.stages[0].state();
    const shop = vips.find(({ key }) => key.prefix === '192.0.2.1/32');
    const server = shop?.ases.find(({ address }) => address === '127.62.0.2');
    await page.locator('.panel .facts', { hasText: `${server?.buckets} buckets` }).waitFor();
    await page.getByRole('button', { name: 'Why this weight?' }).click();
    await page.locator('.answer', { hasText: 'vpp     weight 50' }).waitFor();
    const explained = await site.stages[0].ctl('explain', 'backend', 'web2');
    const [first = ''] = explained.stdout.split('\n');
    await page.locator('.answer', { hasText: first }).waitFor();
  });

  it('shows a server that dies within 200 ms of the transition, and what it caused', async () => {
    await screen.show('#/frontends?maglevd=lb1');
    await web2().locator('.state.state-up').waitFor();
    const seen = page.evaluate(`new Promise((resolve) => {
      const look = () => {
        const row = [...document.querySelectorAll('.row-member')].find((one) => one.textContent.includes('web2'));
        if (row?.querySelector('.state-down')) resolve(Date.now());
        else requestAnimationFrame(look);
      };
      look();
    })`);
    const from = site.daemon(0).lines.length;
    site.serverDies();
    const told = await site
      .daemon(0)
      .record('backend-transition', from, ({ backend, to }) => backend === 'web2' && to === 'down');
    const late = Number(await seen) - Date.parse(String(told['time']));
    process.stdout.write(`      ${late} ms after the transition\n`);
    await web2().locator('.weights', { hasText: '50→0→0' }).waitFor();
    await screen.show('#/timeline?maglevd=lb1&frontend=shop&minutes=5');
    await page.locator('.row-mark', { hasText: 'web2 up → down' }).first().waitFor();
    await page.locator('.row-mark', { hasText: 'sync of shop (decision)' }).first().click();
    await page.locator('.operations', { hasText: 'done' }).waitFor();
    await screen.show('#/probes?maglevd=lb1&backend=web2');
    await page.locator('.codes', { hasText: 'L4CON' }).first().waitFor();
    await site.serverComes();
    await screen.show('#/frontends?maglevd=lb1');
    await web2().locator('.state.state-up').waitFor();
    // Last, so that a machine that is busy with other things fails here alone.
    expect(late).to.be.within(0, 200);
  });

  /** Opens the dialog of an action, and has it done. */
  async function act(button: string | RegExp, acknowledged: string | RegExp): Promise<void> {
    await page.getByRole('button', { name: button }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^maglevc /).waitFor();
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await dialog.getByText(acknowledged).first().waitFor();
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
  }

  const weights = async () => {
    const vips = await site.stages[0].vips();
    return vips.find((vip) => vip.startsWith('192.0.2.1/32'))?.replace(/^.*: /, '') ?? '';
  };

  it('pauses, resumes, disables, enables, weighs, syncs and reloads, and VPP has it', async () => {
    await screen.show('#/admin?maglevd=lb1&backend=web2');
    await page.getByText('ada is admin').waitFor();
    await act(/^pause/, /acknowledged by VPP/);
    expect(await weights()).to.equal('127.62.0.1=100 127.62.0.2=0 127.62.0.3=0');
    await act(/^resume/, /resumed/);
    await until(async () => (await weights()).includes('127.62.0.2=50'));
    await act(/^disable/, /acknowledged by VPP/);
    expect(await weights()).to.contain('127.62.0.2=0');
    await act(/^enable/, /enabled/);
    await until(async () => (await weights()).includes('127.62.0.2=50'));
    await page.getByRole('spinbutton', { name: 'weight in shop, pool main' }).fill('20');
    await act('set weight in shop, pool main', /acknowledged by VPP/);
    expect(await weights()).to.contain('127.62.0.2=20');
    await screen.show('#/frontends?maglevd=lb1');
    await web2().locator('.overridden', { hasText: '20' }).waitFor();
    await screen.show('#/admin?maglevd=lb1&backend=web2');
    await act(/^Sync/, /./);
    site.describe('where people buy more');
    await act(/^Reload/, /reload/i);
    await screen.show('#/frontends?maglevd=lb1&frontend=shop');
    await page.getByText('where people buy more').waitFor();
    await screen.show('#/timeline?maglevd=lb1&minutes=5');
    await page.locator('.row-mark', { hasText: 'weight 20 web2 in shop' }).first().waitFor();
  });

  it('warns before a frontend is left with nobody', async () => {
    const stage = site.stages[0];
    await stage.ctl('set', 'backend', 'web1', 'disable');
    await stage.ctl('set', 'backend', 'web3', 'disable');
    await screen.show('#/admin?maglevd=lb1&backend=web2');
    await page.getByRole('button', { name: /^disable/ }).click();
    await page
      .getByRole('dialog')
      .getByText(/Nobody would serve .*shop/)
      .waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await stage.ctl('set', 'backend', 'web1', 'enable');
    await stage.ctl('set', 'backend', 'web3', 'enable');
  });

  it('greys out a maglevd that was killed, and has it back by itself', async () => {
    await screen.show('#/overview');
    await page.locator('.fleet-row:not(.stale)').nth(1).waitFor();
    await site.killDaemon();
    const lost = page.locator('.fleet-row.stale');
    await lost.getByText(/^lost at/).waitFor();
    expect(await page.locator('.fleet-row.stale').count()).to.equal(1);
    site.startDaemonAgain();
    await lost.waitFor({ state: 'detached' });
    await page.locator('.fleet-row').nth(1).getByText('connected').waitFor();
  });

  it(`misses and doubles nothing when the line is out for ${DROP_MS / 1000} s`, async () => {
    // So high that all rows are seen, and can be counted.
    await page.setViewportSize({ width: 1280, height: 8000 });
    await screen.show('#/timeline?maglevd=lb1&minutes=15&frontend=shop');
    const down = page.locator('.row-mark', { hasText: 'web2 up → down' });
    await down.first().waitFor();
    const before = await down.count();
    const from = site.daemon(0).lines.length;
    site.line.pullOut();
    const out = performance.now();
    await page.getByText('Not live.').waitFor();
    while (performance.now() - out < DROP_MS) {
      const at = site.daemon(0).lines.length;
      const is = (state: string) => (record: Record<string, unknown>) =>
        record['backend'] === 'web2' && record['to'] === state;
      site.serverDies();
      await site.daemon(0).record('backend-transition', at, is('down'));
      await site.serverComes();
      await site.daemon(0).record('backend-transition', at, is('up'));
    }
    site.line.putIn();
    await page.getByText('live', { exact: true }).waitFor();
    const transitions = site
      .daemon(0)
      .records('backend-transition', from)
      .filter(({ to, backend }) => backend === 'web2' && to === 'down').length;
    await down.nth(before + transitions - 1).waitFor();
    expect(transitions).to.be.above(1);
    expect(await down.count()).to.equal(before + transitions);
  });
});
