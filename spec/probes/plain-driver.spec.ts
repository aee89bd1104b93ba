import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { Poller } from '../../linux/poller.js';
import { PlainDriver } from '../../probes/engine/plain-driver.js';
import { SocketPool } from '../../probes/socket-pool.js';
import { eventually } from '../support/eventually.js';
import { ProbeServers } from '../support/probe-servers.js';
import { httpParams, target } from '../support/probing.js';

describe('probes by bare sockets: an answer', () => {
  const servers = new ProbeServers();
  after(() => servers.close());

  it('is read once, though its socket was told twice before that, as behind many others', async () => {
    let sent = false;
    const port = await servers.tcp((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', () => {
          sent = true;
        }),
      ),
    );
    const poller = new Poller();
    const pool = new SocketPool(poller, { opened: () => {}, closed: () => {} });
    const results: ProbeResult[] = [];
    const driver = new PlainDriver({
      clock: realClock,
      pool,
      ended: (_, result) => results.push(result),
      behalf: { enter: () => 0, leave: () => {} },
      isEphemeral: () => false,
    });
    try {
      driver.know(0, target({ type: 'http', port, http: httpParams() }));
      driver.start(0, realClock.monotonic());
      driver.begin();
      // Its answer, and that it will send no more, wait to be read together.
      await eventually(() => expect(sent).to.equal(true));
      await eventually(() => {
        const count = poller.wait(0);
        for (let i = 0; i < count; i++) {
          for (let times = 0; times < 2; times++) driver.changed(poller.numberAt(i), poller.changesAt(i));
        }
        driver.looked();
        expect(results).to.have.length(1);
      });
      expect(results[0]).to.include({ verdict: 'pass', code: 'L7OK', detail: 'HTTP 200' });
    } finally {
      pool.close();
      poller.close();
    }
  });
});
