import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import { undecided } from '../../domain/rise-fall.js';
import { ProbeBook } from '../../probes/engine/book.js';
import type { ProbeEngine } from '../../probes/engine/contract.js';
import { createProbeEngine } from '../../probes/engine/engine.js';
import { Authority } from '../support/certificates.js';
import { eventually } from '../support/eventually.js';
import { answers, ProbeServers } from '../support/probe-servers.js';
import { httpParams, target, tlsParams } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';

describe('probe engine: many servers that accept and say nothing of TLS', () => {
  const servers = new ProbeServers();
  let engine: ProbeEngine | null = null;
  afterEach(async () => {
    await engine?.stop();
    servers.close();
  });

  it('take no places from those that answer, who are probed as often as ever', async () => {
    const authority = new Authority();
    const good = await servers.tls(
      authority.issue({ names: ['DNS:www.example'] }),
      answers('HTTP/1.1 200 OK\r\n\r\n'),
    );
    const silent = await servers.tcp(() => {});
    const book = new ProbeBook();
    engine = createProbeEngine({
      workers: 1,
      netns: '',
      clock: realClock,
      log: recordingLog(),
      book,
      news: () => {},
      tuning: { maxHandshakes: 4, handshakeMs: 100 },
    });
    const watch = (key: string, port: number) => {
      const http = httpParams({ host: 'www.example' });
      const what = target({ type: 'https', port, http, tls: tlsParams(null, true) }, { timeoutMs: 400 });
      const check = {
        name: 'web',
        probeIpv4Source: null,
        probeIpv6Source: null,
        probe: what.probe,
        interval: 100,
        fastInterval: 100,
        downInterval: 100,
        timeout: 400,
        rise: 2,
        fall: 3,
      };
      engine?.watch(key, { target: what, check, round: 1, standing: undecided(check), startMs: 0 });
    };
    for (let n = 0; n < 40; n++) watch(`silent-${n}`, silent);
    // Until all of them have shown what they are.
    await eventually(() => expect(book.reading('silent-39')?.results ?? 0).to.be.above(0));
    const names = ['good-0', 'good-1', 'good-2'];
    const begun = performance.now();
    for (const name of names) watch(name, good);
    await eventually(() => {
      for (const name of names) expect(book.reading(name)?.count('L7OK') ?? 0).to.be.above(9);
    });
    expect(performance.now() - begun, 'the time for ten probes, 100 ms apart').to.be.below(4000);
  });
});
