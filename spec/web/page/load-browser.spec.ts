import { expect } from 'chai';
import { noBrowser, openBrowser, Screen } from '../../support/dashboard/browser.js';
import type { Browser } from '../../support/dashboard/playwright.js';
import { StandIn } from '../../support/dashboard/stand-in.js';
import { wholeOfIt } from '../../support/slow-part.js';
import { suiteWherePermitted } from '../../support/where-permitted.js';

/** How long it is watched: long enough that what is not given back would show. */
const FOR_MS = Number(process.env['MAGLEV_LOAD_MS'] ?? 600_000);
const TICK_MS = 100;
const CHANGES_A_TICK = 100;
/** The heap may grow by so much while it is watched, bytes: events are kept up to a bound. */
const GROWTH = 30e6;

interface Metrics {
  readonly taskSeconds: number;
  readonly heapBytes: number;
  readonly nodes: number;
}

const refused = noBrowser ?? (wholeOfIt ? null : 'only npm run test:web takes so long');

suiteWherePermitted(refused, 'the page with 10,000 backends and 1,000 changes a second', function () {
  this.timeout(FOR_MS + 120_000);
  let browser: Browser;
  let standIn: StandIn;
  let screen: Screen;

  before(async () => {
    browser = await openBrowser();
    standIn = await StandIn.start(['lb1'], { frontends: 100, members: 100 });
    screen = await Screen.open(browser);
  });

  after(async () => {
    await browser.close();
    await standIn.stop();
  });

  /** A hundred backends and their members, round and round, and some events. */
  function change(round: number): void {
    const { picture } = standIn.site('lb1');
    for (let i = 0; i < CHANGES_A_TICK / 2; i++) {
      const index = (round * 53 + i * 199) % picture.backends.length;
      const backend = picture.backends[index];
      if (backend === undefined) continue;
      const state = backend.state === 'up' ? 'down' : 'up';
      standIn.backend('lb1', backend.name, { state, since: Date.now(), cause: `round ${round}` });
      const [frontend = ''] = backend.frontends;
      const weight = state === 'up' ? 100 : 0;
      standIn.member('lb1', frontend, backend.name, { effectiveWeight: weight, vppWeight: weight });
      if (i % 10 !== 0) continue;
      const attrs = { backend: backend.name, from: backend.state, to: state, reason: `round ${round}` };
      standIn.event('lb1', { at: Date.now(), level: 'info', msg: 'backend-transition', attrs });
    }
    if (round % 10 === 0) standIn.row('lb1');
    standIn.send();
  }

  it(`has few rows, a main thread with time, and frames, for ${FOR_MS / 1000} s`, async () => {
    const { page } = screen;
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const metrics = async (): Promise<Metrics> => {
      await session.send('HeapProfiler.collectGarbage');
      const { metrics } = (await session.send('Performance.getMetrics')) as {
        readonly metrics: readonly { readonly name: string; readonly value: number }[];
      };
      const value = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
      return {
        taskSeconds: value('TaskDuration'),
        heapBytes: value('JSHeapUsedSize'),
        nodes: value('Nodes'),
      };
    };
    await page.goto(`${standIn.url}#/frontends?sort=state`);
    await page.locator('.row-member').first().waitFor();
    await page.evaluate(
      `window.frames_ = 0; (function count() { frames_++; requestAnimationFrame(count); })()`,
    );

    let round = 0;
    let onRound = () => {};
    const timer = setInterval(() => {
      change(round++);
      onRound();
    }, TICK_MS);
    // What is made once should not count as what grows.
    await page.getByText('round 3').first().waitFor();
    const before = await metrics();
    const began = performance.now();
    await page.evaluate('frames_ = 0');
    await new Promise<void>((resolve) => {
      onRound = () => {
        if (performance.now() - began >= FOR_MS) resolve();
      };
    });
    const frames = Number(await page.evaluate('frames_'));
    const seconds = (performance.now() - began) / 1000;
    const after = await metrics();
    clearInterval(timer);

    const busy = (after.taskSeconds - before.taskSeconds) / seconds;
    const perSecond = frames / seconds;
    const grown = after.heapBytes - before.heapBytes;
    const measured = `${(busy * 100).toFixed(1)} % of the main thread, ${perSecond.toFixed(1)} frames/s, heap ${(after.heapBytes / 1e6).toFixed(0)} MB (+${(grown / 1e6).toFixed(1)}), ${after.nodes} nodes, ${round} rounds`;
    process.stdout.write(`      ${measured}\n`);
    expect(await page.locator('.row').count()).to.be.below(80);
    expect(after.nodes).to.be.below(12_000);
    expect(grown).to.be.below(GROWTH);
    expect(round).to.be.above((seconds * 1000) / TICK_MS / 2);
    expect(busy).to.be.below(0.3);
    expect(perSecond).to.be.at.least(55);
    expect(screen.complaints).to.deep.equal([]);
  });
});
