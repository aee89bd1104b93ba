import { connect } from 'node:net';
import { expect } from 'chai';
import { Process } from '../support/process.js';
import { until } from '../support/until.js';
import { type OpenServer, sayingServer, webServer } from './tester-servers.js';

interface Seen {
  readonly count: number;
  readonly failed: number;
  /** Milliseconds, sorted. */
  readonly took: readonly number[];
}

/** One request over a connection of its own: how long it took, or null. */
function once(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const begun = performance.now();
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/1.0\r\n\r\n'));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
    socket.on('error', () => resolve(null));
    socket.on('end', () => {
      socket.destroy();
      resolve(/^HTTP\/1.1 200 /.test(answer) ? performance.now() - begun : null);
    });
  });
}

/** Asks one request after the other, as simply as can be. */
async function bareLoop(port: number, rounds: () => boolean): Promise<Seen> {
  const took: number[] = [];
  let failed = 0;
  while (rounds()) {
    const ms = await once(port);
    if (ms === null) failed++;
    else took.push(ms);
  }
  return { count: took.length + failed, failed, took: took.sort((a, b) => a - b) };
}

const at = ({ took }: Seen, share: number) => took[Math.ceil(share * took.length) - 1] ?? 0;

describe('maglevt beside a bare loop', function () {
  this.timeout(30_000);
  let slow: OpenServer;
  let sick: OpenServer;
  before(async () => {
    // Far slower than what the machine adds: every tenth answer takes 120 ms, all others 40.
    let asked = 0;
    slow = await webServer('lb1', () => (asked++ % 10 === 0 ? 120 : 40));
    sick = await sayingServer('HTTP/1.1 500 Sick\r\nConnection: close\r\n\r\n');
  });
  after(async () => {
    await slow.end();
    await sick.end();
  });

  it('has the same counts and percentiles', async () => {
    const vips = [slow, sick].flatMap(({ port }) => ['--vip', `http/127.0.0.1:${port}/`]);
    const maglevt = new Process('maglevt', [
      ...vips,
      '--interval',
      '10ms',
      '--rate',
      '200',
      '--json',
      '--slo',
      '0',
    ]);
    await until(() => slow.connections() > 0, 'the first question');
    let over = false;
    const loops = [0, 1, 2, 3].map(() => bareLoop(slow.port, () => !over));
    const own = { slow: 0, sick: 0 };
    await until(() => slow.connections() >= 150);
    over = true;
    const seen = await Promise.all(loops);
    maglevt.signal('SIGINT');
    expect((await maglevt.ended).code).to.equal(0);
    own.slow = slow.connections() - seen.reduce((sum, { count }) => sum + count, 0);
    own.sick = sick.connections();
    const summary = JSON.parse(maglevt.lines.at(-1) ?? '{}');
    const [first, second] = summary.vips;
    // What was under way at the end is not counted: as many as are begun in the time of one answer.
    expect(first.count).to.be.within(own.slow - 20, own.slow);
    expect(second.count).to.be.within(own.sick - 5, own.sick);
    expect([first.failed, second.failed]).to.deep.equal([0, second.count]);
    expect(first.answerers).to.deep.equal([{ name: 'lb1', count: first.count, active: true }]);
    const all = { count: 0, failed: 0, took: seen.flatMap(({ took }) => took).sort((a, b) => a - b) };
    // A moment in which this process or maglevt does not run is in the tail of one of the two.
    for (const [name, share, most] of [
      ['p50', 0.5, 1.4],
      ['p95', 0.95, 3],
    ] as const) {
      expect(first.latency[name] / at(all, share), name).to.be.within(1 / most, most);
    }
  });
});
