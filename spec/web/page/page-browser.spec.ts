import { expect } from 'chai';
import { noBrowser, openBrowser, Screen } from '../../support/dashboard/browser.js';
import type { Browser } from '../../support/dashboard/playwright.js';
import { StandIn } from '../../support/dashboard/stand-in.js';
import { wholeOfIt } from '../../support/slow-part.js';
import { until } from '../../support/until.js';
import { suiteWherePermitted, testWherePermitted } from '../../support/where-permitted.js';

suiteWherePermitted(noBrowser, 'the page in Chromium', () => {
  let browser: Browser;
  let standIn: StandIn;
  let screen: Screen;

  before(async () => {
    browser = await openBrowser();
    screen = await Screen.open(browser);
  });

  after(() => browser.close());

  beforeEach(async () => {
    standIn = await StandIn.start(['lb1', 'lb2'], { frontends: 3, members: 4 });
    standIn.admin = true;
    await screen.page.goto(standIn.url);
    await screen.page.getByText('live', { exact: true }).waitFor();
  });

  afterEach(async () => {
    await standIn.stop();
    expect(screen.complaints).to.deep.equal([]);
  });

  function goDown(id = 'lb1'): void {
    const at = Date.now();
    standIn.backend(id, 'shop-02', { state: 'down', since: at, cause: 'L7STS HTTP 503', code: 'L7STS' });
    standIn.member(id, 'shop', 'shop-02', { effectiveWeight: 0, vppWeight: 0, buckets: 0, shareGiven: null });
    const attrs = { backend: 'shop-02', from: 'up', to: 'down', reason: 'L7STS HTTP 503', code: 'L7STS' };
    standIn.event(id, { at, level: 'info', msg: 'backend-transition', attrs });
    standIn.row(id);
    standIn.send();
  }

  it('shows every view without a serious fault in light and dark, and its policy has nothing to refuse', async () => {
    goDown();
    const { page } = screen;
    await page.getByRole('button', { name: 'shop-02' }).waitFor();
    const faults: string[] = [];
    // In the short form one view of each kind: axe-core takes its time.
    const look = async (what: string, always = true) => {
      if (!always && !wholeOfIt) return;
      for (const fault of await screen.faults()) faults.push(`${what}: ${fault}`);
    };
    await look('overview', false);
    await screen.show('#/frontends?maglevd=lb1&frontend=shop&backend=shop-02');
    await page.getByRole('heading', { name: 'Packets/s' }).waitFor();
    await page.getByRole('button', { name: 'Why this weight?' }).click();
    await page.getByText('state     up').waitFor();
    await look('frontends');
    await screen.show('#/timeline');
    await page.locator('.row-mark').first().click();
    await look('timeline', false);
    await page.emulateMedia({ colorScheme: 'dark' });
    await screen.show('#/probes?maglevd=lb1&backend=shop-02');
    await page.getByText('Results by code').waitFor();
    await look('probes');
    await screen.show('#/admin?maglevd=lb1&backend=shop-01');
    await page.getByText('ada is admin').waitFor();
    await page.getByRole('button', { name: 'disable' }).click();
    await page.getByText('Nobody would serve shop').waitFor();
    await look('admin');
    expect(faults).to.deep.equal([]);
  });

  it('has what was told on the screen within 200 ms', async () => {
    const { page } = screen;
    await screen.show('#/frontends?maglevd=lb1');
    await page.locator('.row-member', { hasText: 'shop-02' }).waitFor();
    await until(() => standIn.streams === 1);
    // The page says itself when it saw it: waiting from here would count the way to it and back.
    const seen = (state: string) =>
      page.evaluate(`new Promise((resolve) => {
        const look = () => {
          const row = [...document.querySelectorAll('.row-member')].find((one) => one.textContent.includes('shop-02'));
          if (row?.querySelector('.state-${state}')) resolve(Date.now());
          else requestAnimationFrame(look);
        };
        look();
      })`);
    // The quickest of some: a machine that does other things at the same time is slow now and then.
    const late: number[] = [];
    for (const state of ['down', 'up', 'down', 'up']) {
      const shown = seen(state);
      const told = Date.now();
      standIn.backend('lb1', 'shop-02', { state, since: told });
      standIn.send();
      late.push(Number(await shown) - told);
    }
    expect(Math.min(...late)).to.be.within(0, 200);
  });

  it('says that it is not live, greys out what it shows, and misses and doubles nothing when the server is back', async () => {
    const { page } = screen;
    await screen.show('#/timeline?maglevd=lb1');
    goDown();
    await page.locator('.row-mark', { hasText: 'shop-02' }).waitFor();
    standIn.cutOff();
    await page.getByText('Not live.').waitFor();
    expect(await page.locator('.shell-lost').count()).to.equal(1);
    // Everything that is shown was loaded at the beginning.
    await screen.show('#/frontends?maglevd=lb1&frontend=shop&backend=shop-02');
    await page.getByRole('complementary', { name: 'about shop-02' }).waitFor();
    await screen.show('#/timeline?maglevd=lb1');
    for (let i = 0; i < 5; i++) goDown();
    standIn.comeBack();
    await page.getByText('live', { exact: true }).waitFor();
    await page.locator('.row-mark', { hasText: 'shop-02' }).nth(5).waitFor();
    await page.getByText('Not live.').waitFor({ state: 'detached' });
    expect(await page.locator('.row-mark', { hasText: 'shop-02' }).count()).to.equal(6);
    expect(standIn.asked.filter((one) => one === 'GET /view/api/state')).to.have.length(1);
  });

  const muted = 'notices that nothing comes through any more, though no connection has broken';
  // Silence has to last for some seconds before it is one.
  testWherePermitted(wholeOfIt ? null : 'only npm run test:web has the time', muted, async () => {
    const { page } = screen;
    standIn.mute();
    goDown();
    await page.getByText('Not live.').waitFor();
    standIn.comeBack();
    await page.getByText('live', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'shop-02' }).waitFor();
    expect(standIn.asked.filter((one) => one === 'GET /view/api/state')).to.have.length(1);
  });

  it('draws of ten thousand backends only what is seen, and finds one of them', async () => {
    const { page } = screen;
    const large = await StandIn.start(['lb1'], { frontends: 100, members: 100 });
    try {
      await page.goto(`${large.url}#/frontends?sort=state`);
      await page.locator('.row-member').first().waitFor();
      for (let i = 0; i < 300; i++) {
        const { name } = large.site('lb1').picture.backends[i * 33] ?? { name: '' };
        large.backend('lb1', name, { state: i % 2 === 0 ? 'down' : 'paused', since: Date.now() });
      }
      large.send();
      await page.locator('.row-member .state-down').first().waitFor();
      expect(await page.locator('.row').count()).to.be.below(80);
      await page.keyboard.press('/');
      await page.keyboard.type('service99-77');
      await page.locator('.row-member', { hasText: 'service99-77' }).waitFor();
      expect(await page.locator('.row').count()).to.equal(3);
    } finally {
      await large.stop();
    }
  });

  it('begins anew when the server was restarted', async () => {
    const { page } = screen;
    standIn.restart();
    goDown();
    await page.getByRole('button', { name: 'shop-02' }).waitFor();
    await page.getByText('live', { exact: true }).waitFor();
    expect(standIn.asked.filter((one) => one === 'GET /view/api/state').length).to.be.at.least(2);
  });

  it('greys out a maglevd that is lost, with the time, and says which clock differs', async () => {
    const { page } = screen;
    const error = {
      code: 'MGL_UNREACHABLE',
      message: 'lb2 cannot be reached.',
      advice: 'Look whether it runs.',
    };
    standIn.row('lb2', { link: { state: 'lost', since: Date.now() - 5000, error } });
    standIn.row('lb1', { clock: { skewMs: 4200, error: 10 } });
    standIn.send();
    const lost = page.locator('.fleet-row.stale');
    await lost.getByText(/^lost at \d\d:\d\d:\d\d$/).waitFor();
    expect(await lost.count()).to.equal(1);
    await page.getByText('clock 4.2 s ahead').waitFor();
    expect(await page.locator('.fleet-row:not(.stale)').count()).to.equal(1);
  });

  it('is led by keys', async () => {
    const { page } = screen;
    await page.keyboard.press('2');
    await page.keyboard.press('/');
    await page.keyboard.type('api-02');
    await page.keyboard.press('Enter');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.getByRole('complementary', { name: 'about api-02' }).waitFor();
    expect(page.url()).to.contain('frontend=api&backend=api-02&search=api-02');
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('1');
    await page.getByText('Needs a look').waitFor();
    // Without the focus in it, too.
    await page.keyboard.press('4');
    await page.locator('.row-backend').first().waitFor();
    await page.keyboard.press('G');
    await page.getByRole('heading', { name: 'mail-04' }).waitFor();
    expect(page.url()).to.contain('backend=mail-04');
  });

  it('says of numbers, under the pointer and to who cannot see, where they are from', async () => {
    const { page } = screen;
    const down = page.locator('td[data-label=Down] .num').first();
    expect(await down.getAttribute('title')).to.contain('maglevc show backends');
    await down.focus();
    expect(await page.locator('.tip.shown').textContent()).to.contain('metric maglev_backend_state');
    // The focus takes it away again, and the words stay for screen readers.
    await page.keyboard.press('Tab');
    expect(await down.getAttribute('title')).to.contain('maglevc show backends');
  });

  it('does what an operator asks for after the plan was shown, and says what VPP has acknowledged', async () => {
    const { page } = screen;
    await screen.show('#/admin?maglevd=lb1&backend=shop-01');
    await page.getByRole('button', { name: 'disable' }).click();
    const dialog = page.getByRole('dialog', { name: 'Disable shop-01' });
    await dialog.getByText('1.07k').waitFor();
    await dialog.getByText('maglevc plan set backend shop-01 disable').waitFor();
    expect(standIn.actions.map(({ what }) => what)).to.deep.equal(['plan']);
    await dialog.getByRole('button', { name: 'Do it' }).click();
    await dialog.getByText('acknowledged by VPP in 4 ms').waitFor();
    const action = { do: 'disable', backend: 'shop-01' };
    expect(standIn.actions).to.deep.equal([
      { what: 'plan', action },
      { what: 'act', action },
    ]);
    await dialog.getByRole('button', { name: 'Close', exact: true }).click();
    await page.getByRole('spinbutton', { name: 'weight in shop, pool main' }).fill('40');
    await page.getByRole('button', { name: 'set weight in shop' }).click();
    await page.getByRole('dialog').getByText('buckets moved').waitFor();
    expect(standIn.actions.at(-1)?.action).to.deep.equal({
      do: 'weight',
      frontend: 'shop',
      pool: 'main',
      backend: 'shop-01',
      weight: 40,
      flush: false,
    });
  });

  it('has nothing of actions where the dashboard has no users', async () => {
    const { page } = screen;
    standIn.admin = false;
    // Another fragment alone would load nothing.
    await page.goto('about:blank');
    await page.goto(`${standIn.url}#/admin`);
    await page.getByText('Needs a look').waitFor();
    expect(await page.getByRole('link', { name: 'Admin' }).count()).to.equal(0);
    await screen.show('#/frontends?maglevd=lb1&frontend=shop&backend=shop-01');
    await page.getByRole('link', { name: 'Probes' }).first().waitFor();
    expect(await page.getByRole('button', { name: 'Actions' }).count()).to.equal(0);
    expect(standIn.asked.filter((one) => one.includes('/admin/'))).to.deep.equal([]);
  });

  it('fits a phone', async () => {
    const { page } = screen;
    await page.setViewportSize({ width: 390, height: 844 });
    for (const view of ['overview', 'frontends', 'timeline', 'probes', 'admin']) {
      await screen.show(`#/${view}`);
      await page
        .getByRole('heading', { name: new RegExp(view, 'i') })
        .first()
        .waitFor({ state: 'attached' });
      expect(await page.evaluate('document.documentElement.scrollWidth'), view).to.be.at.most(390);
    }
  });
});
