import { expect } from 'chai';
import { createActorSystem } from '../../actors/kernel/system.js';
import { realClock } from '../../clock/real-clock.js';
import { recordingLog } from '../support/recording-log.js';
import { gate } from '../support/stage.js';

/** Milliseconds of CPU to start `count` siblings, to send each of them ten messages, and to stop them all. */
async function measure(count: number): Promise<readonly [start: number, send: number, stop: number]> {
  const system = createActorSystem({ clock: realClock, log: recordingLog() });
  const [started, handled] = [gate(), gate()];
  const refs: { tell: (n: number) => boolean }[] = [];
  let up = 0;
  let left = count * 10;
  let stopped = 0;
  const moments = [cpuMs()];
  system.start<null>({
    name: 'root',
    start: (context) => {
      for (let n = 0; n < count; n += 1) {
        const ref = context.spawn<number>({
          name: `child ${n}`,
          start: () => {
            up += 1;
            if (up === count) started.open();
            return {
              receive: (hops) => {
                left -= 1;
                if (hops > 1) refs[(n * 7919 + hops) % count]?.tell(hops - 1);
                if (left === 0) handled.open();
              },
              stop: () => {
                stopped += 1;
              },
            };
          },
        });
        refs.push(ref);
      }
      return { receive: () => {} };
    },
  });
  await started.opened;
  moments.push(cpuMs());
  for (const ref of refs) ref.tell(10);
  await handled.opened;
  moments.push(cpuMs());
  await system.stop();
  moments.push(cpuMs());
  expect(stopped).equal(count);
  const [a = 0, b = 0, c = 0, d = 0] = moments;
  return [b - a, c - b, d - c];
}

/** CPU of this process: what others do on the machine meanwhile does not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

describe('kernel/scale', () => {
  it('the cost of an actor and of a message does not grow with the number of siblings', async function () {
    this.timeout(30_000);
    await measure(500);
    const few = [await measure(500), await measure(500), await measure(500)];
    const many = [await measure(4000), await measure(4000), await measure(4000), await measure(4000)];
    ['start', 'send', 'stop'].forEach((what, i) => {
      const best = (runs: readonly (readonly number[])[]) => Math.min(...runs.map((run) => run[i] ?? 0));
      // Eight times the work; what is quadratic would take 64 times as long.
      expect(best(many) / best(few), what).below(32);
    });
  });
});
