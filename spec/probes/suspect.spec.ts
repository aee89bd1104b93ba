import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { ProbeBook } from '../../probes/engine/book.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import { ProbeServers } from '../support/probe-servers.js';
import { httpParams, target } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';

describe('probe engine: a failure that VPP may explain', () => {
  const servers = new ProbeServers();
  let stop: () => Promise<void> = async () => {};
  afterEach(async () => {
    await stop();
    servers.close();
  });

  it('is settled, and the server probed again, when its check was changed while it was being told', async () => {
    const port = await servers.tcp(() => {});
    const book = new ProbeBook();
    const silent = target({ type: 'http', port, http: httpParams() }, { timeoutMs: 50 });
    const check = {
      name: 'web',
      probeIpv4Source: null,
      probeIpv6Source: null,
      probe: silent.probe,
      interval: 100,
      fastInterval: 100,
      downInterval: 100,
      timeout: 50,
      rise: 2,
      fall: 3,
    };
    let held = false;
    let round = book.nextRound();
    const first = round;
    const last = await new Promise<number>((resolve) => {
      const engine = createProbeEngine({
        workers: 1,
        netns: '',
        clock: realClock,
        log: recordingLog(),
        book,
        news: (news) => {
          for (const one of news) {
            if (one.suspicion === null) continue;
            if (one.round > first) {
              resolve(one.round);
              return;
            }
            if (round === first && !held) {
              held = true;
              engine.settle('b', one.suspicion.ticket, null);
              // When the thread has heard that: it finds the next one, and tells it, before the change goes out.
              realClock.schedule(60, () => {
                const until = performance.now() + 300;
                while (performance.now() < until);
                round++;
                engine.retune('b', { target: silent, check: { ...check, fall: 4 }, round });
              });
            } else engine.settle('b', one.suspicion.ticket, null);
          }
        },
      });
      stop = () => engine.stop();
      engine.blameVpp({ soundFrom: Number.POSITIVE_INFINITY, goodForMs: 0 });
      engine.watch('b', {
        target: silent,
        check,
        round,
        standing: { decided: true, counter: 4 },
        startMs: 0,
      });
    });
    expect(last).to.equal(first + 1);
  });
});
