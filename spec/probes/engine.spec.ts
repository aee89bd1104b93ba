import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { ProbeEngineOptions } from '../../probes/engine/contract.js';
import type { ProbeTarget } from '../../probes/target.js';
import { eventually } from '../support/eventually.js';
import { openDescriptors } from '../support/open-descriptors.js';
import { answers, ProbeServers } from '../support/probe-servers.js';
import { httpParams, pingRefused, shown, target, undisturbed } from '../support/probing.js';
import { recordingLog } from '../support/recording-log.js';
import { type SingleProbes, singleProbes } from '../support/single-probes.js';

const fragile = new URL('../support/fragile-worker.js', import.meta.url);
const tcp = (port: number, rest: Partial<ProbeTarget> = {}) => target({ type: 'tcp', port, tls: null }, rest);
/** Where pinging is not allowed, another kind takes its place. */
const ping = pingRefused() === null ? target({ type: 'icmp' }) : null;
/** A target whose arrival makes a fragile worker do something. */
const order = (path: string) =>
  target({ type: 'http', port: 9, http: httpParams({ path }) }, { timeoutMs: 200 });

describe('probe engine', () => {
  const servers = new ProbeServers();
  const engines: SingleProbes[] = [];
  let log = recordingLog();

  function engine(options: Partial<ProbeEngineOptions> = {}, remembers = false): SingleProbes {
    log = recordingLog();
    const made = singleProbes({ workers: 1, netns: '', clock: realClock, log, ...options }, remembers);
    engines.push(made);
    return made;
  }

  /** Until probes of these have begun. */
  async function begun(...backends: string[]): Promise<void> {
    const seen = () => log.of('probe-start').map(({ fields }) => fields['backend']);
    await eventually(() => expect(seen()).to.include.members(backends));
  }

  afterEach(async () => {
    await Promise.all(engines.splice(0).map((each) => each.stop()));
    servers.close();
  });

  it('runs probes of every kind in its workers, for as many backends as there are', async () => {
    const port = await servers.tcp(answers('HTTP/1.1 200 OK\r\n\r\n'));
    const refusing = await servers.refusing();
    const probes = engine({ workers: 2 });
    const targets: ProbeTarget[] = [
      ping ?? tcp(port),
      tcp(port),
      tcp(refusing),
      target({ type: 'http', port, http: httpParams() }),
      target({ type: 'http', port, http: httpParams({ responseCodes: [{ from: 500, to: 599 }] }) }),
    ];
    const results = await Promise.all(
      Array.from({ length: 100 }, (_, i) => probes.probe(`b${i}`, targets[i % 5] ?? tcp(port))),
    );
    const kinds = [
      ping === null ? 'L4OK connected' : 'L4OK echo reply',
      'L4OK connected',
      'L4CON connection refused',
      'L7OK HTTP 200',
      'L7STS HTTP 200',
    ];
    expect(results.map(shown)).to.deep.equal(Array.from({ length: 20 }, () => kinds).flat());
  });

  it('logs what it probes and what it finds, at level debug', async () => {
    const port = await servers.tcp(() => {});
    await engine().probe('web1', tcp(port));
    const [start, done] = log.records;
    expect(start).to.deep.equal({
      level: 'debug',
      event: 'probe-start',
      fields: { backend: 'web1', probe: `TCP connect to 127.0.0.1:${port} within 5s` },
    });
    expect(done?.event).to.equal('probe-done');
    expect(done?.fields).to.include({ backend: 'web1', verdict: 'pass', code: 'L4OK', detail: 'connected' });
  });

  it('takes a changed target from the next probe on', async () => {
    const port = await servers.tcp(() => {});
    const refusing = await servers.refusing();
    const probes = engine();
    expect((await probes.probe('web1', tcp(port))).code).to.equal('L4OK');
    expect((await probes.probe('web1', tcp(refusing))).code).to.equal('L4CON');
  });

  it('cancels: the answer comes at once, the connection ends, and the backend can be probed again', async () => {
    const ended = new Promise<void>((resolve) => {
      void servers
        .tcp((socket) => {
          socket.on('close', () => resolve());
          socket.once('data', () => probes.cancel('web1'));
        })
        .then((port) => {
          result = probes.probe(
            'web1',
            target({ type: 'http', port, http: httpParams() }, { timeoutMs: 60_000 }),
          );
        });
    });
    const probes = engine();
    let result: ReturnType<SingleProbes['probe']> | undefined;
    await ended;
    expect(await result).to.include({ verdict: 'doubt', code: 'CANCELLED' });
    const port = await servers.tcp(() => {});
    expect((await probes.probe('web1', tcp(port))).code).to.equal('L4OK');
  });

  it('stops: what is under way is cancelled, and nothing stays behind', async () => {
    const threadsAndFiles = () => readdirSync('/proc/self/task').length + readdirSync('/proc/self/fd').length;
    const silent = await servers.silent();
    const port = await servers.tcp(() => {});
    const count = threadsAndFiles();
    const probes = engine({ workers: 2 });
    const running = [probes.probe('a', tcp(silent)), probes.probe('b', ping ?? tcp(port))];
    await running[1];
    await probes.stop();
    expect((await running[0])?.code).to.equal('CANCELLED');
    expect((await probes.probe('a', tcp(silent))).code).to.equal('CANCELLED');
    await eventually(() => expect(threadsAndFiles()).to.be.at.most(count));
  });

  for (const [what, path, reason] of [
    ['ends', '/exit', /^it ended with code 3$/],
    ['throws', '/throw', /^it failed: Error: thrown for a spec/],
    ['hangs', '/hang', /^it has hung for \d+ ms$/],
  ] as const) {
    it(`replaces a worker that ${what}; what it probed is in doubt, and it leaves no descriptor`, async () => {
      const port = await servers.tcp(() => {});
      const silent = await servers.silent();
      const probes = engine({ tuning: { entry: fragile, watchMs: 50, hangMs: 200, restartMinMs: 20 } });
      expect((await probes.probe('ping', ping ?? tcp(port))).code).to.equal('L4OK');
      expect((await probes.probe('web1', tcp(port))).code).to.equal('L4OK');
      const descriptors = openDescriptors().length;
      const pending = probes.probe('web1', tcp(silent, { timeoutMs: 30_000 }));
      const fatal = probes.probe('web2', order(path));
      for (const result of await Promise.all([pending, fatal])) {
        expect(result).to.include({
          verdict: 'doubt',
          code: 'ENGINE',
          detail: 'the worker that probed was lost',
        });
      }
      expect(log.of('probe-worker-lost').map(({ fields }) => fields['error'])).to.have.length(1);
      expect(log.of('probe-worker-lost')[0]?.fields['error']).to.match(reason);
      await eventually(async () => expect((await probes.probe('web1', tcp(port))).code).to.equal('L4OK'));
      expect(probes.condition().workers[0]).to.include({ state: 'running', restarts: 1 });
      expect((await probes.probe('ping', ping ?? tcp(port))).code).to.equal('L4OK');
      await eventually(() => expect(openDescriptors()).to.have.length.at.most(descriptors));
    });
  }

  it('goes on trying when no thread can be started, and doubts meanwhile', async () => {
    // Node refuses this one at once, as it does when the system has no thread left.
    const entry = new URL('ftp://192.0.2.1/');
    const probes = engine({ tuning: { entry, restartMinMs: 1, restartMaxMs: 5 } });
    expect(await probes.probe('web1', tcp(9))).to.include({ verdict: 'doubt', code: 'ENGINE' });
    await eventually(() => expect(log.of('probe-worker-lost')).to.have.length.above(3));
    expect(log.of('probe-worker-lost')[3]?.fields).to.include({ worker: 'probes-0', restartMs: 5 });
    expect(log.of('probe-worker-lost')[3]?.fields['error']).to.match(/^it could not be started: /);
    expect(await probes.probe('web1', tcp(9))).to.include({ verdict: 'doubt', code: 'ENGINE' });
    expect(probes.condition().workers[0]).to.include({ state: 'restarting' });
  });

  for (const poison of ['poison: slow', 'poison: fast']) {
    it(`leaves a server alone of which a worker has died (${poison}), so that others are probed on`, async () => {
      const port = await servers.tcp(answers('HTTP/1.1 200 OK\r\n\r\n'));
      const evilPort = await servers.tcp(answers(`HTTP/1.1 418 Teapot\r\n${poison}\r\n\r\n`));
      const good = target({ type: 'http', port, http: httpParams() });
      const evil = target({ type: 'http', port: evilPort, http: httpParams() });
      const tuning = { entry: fragile, watchMs: 20, hangMs: 150, restartMinMs: 10 };
      const probes = engine({ tuning }, true);
      expect((await probes.probe('good', good)).code).to.equal('L7OK');
      expect(await probes.probe('evil', evil)).to.include({ verdict: 'doubt', code: 'ENGINE' });
      await eventually(async () => expect((await probes.probe('good', good)).code).to.equal('L7OK'));
      for (let i = 0; i < 3; i++) {
        const { code, detail } = await probes.probe('evil', evil);
        expect(code).to.equal('ENGINE');
        expect(detail).to.match(/^the thread that probed it was lost over it: not tried again for \d+s$/);
        expect((await probes.probe('good', good)).code).to.equal('L7OK');
      }
      expect(probes.condition().workers[0]).to.include({ restarts: 1 });
      expect(log.of('probe-left-alone').map(({ fields }) => fields)).to.deep.equal([
        { backend: 'evil', error: log.of('probe-worker-lost')[0]?.fields['error'], pauseMs: 10_000 },
      ]);
      // What the config says of it has changed: perhaps it is well now.
      const mended = target({ type: 'http', port, http: httpParams() });
      expect((await probes.probe('evil', mended)).code).to.equal('L7OK');
    });
  }

  it('doubts failures that a stall of the worker may explain, and says so', async () => {
    const deaf = await servers.tcp((socket) => socket.resume());
    const refusing = await servers.refusing();
    const probes = engine({ tuning: { entry: fragile } });
    await probes.probe('warm', tcp(deaf));
    const http = httpParams();
    const late = probes.probe('web1', target({ type: 'http', port: deaf, http }, { timeoutMs: 400 }));
    const refused = probes.probe('web2', tcp(refusing));
    const healthy = probes.probe('web3', tcp(deaf, { timeoutMs: 400 }));
    await begun('web1');
    const stall = probes.probe('web4', order('/stall/700'));
    expect(await late).to.include({ verdict: 'doubt', code: 'LATE' });
    expect((await late).detail).to.match(
      /^L7TOUT no response within 400ms, discarded: the prober stalled for \S+s$/,
    );
    expect([await refused, await healthy].map(shown)).to.deep.equal([
      'L4CON connection refused',
      'L4OK connected',
    ]);
    await stall;
    expect(probes.condition().workers[0]?.lagMs).to.be.above(200);
  });

  it('doubts that a server has given up on it, when it was late itself', async () => {
    // What they do they do while the worker stalls.
    const later = (act: (socket: Socket) => void) => (socket: Socket) => {
      realClock.schedule(150, () => act(socket));
    };
    const refusing = await servers.tcp(
      later((socket) => socket.write('HTTP/1.1 408 Request Timeout\r\n\r\n')),
    );
    const resetting = await servers.tcp(later((socket) => socket.resetAndDestroy()));
    const busy = await servers.tcp(answers('HTTP/1.1 503 Busy\r\n\r\n'));
    const probes = engine({ tuning: { entry: fragile } });
    await probes.probe('warm', tcp(busy));
    const http = httpParams();
    const probing = (key: string, port: number) =>
      probes.probe(key, target({ type: 'http', port, http }, { timeoutMs: 500 }));
    const underWay = [probing('a', refusing), probing('b', resetting), probing('c', busy)];
    await begun('a', 'b');
    const stall = probes.probe('stall', order('/stall/300'));
    const [late, reset, status] = await Promise.all(underWay);
    await stall;
    expect(late).to.include({ verdict: 'doubt', code: 'LATE' });
    expect(late?.detail).to.match(/^L7STS HTTP 408, discarded: the prober stalled for /);
    expect(reset).to.include({ verdict: 'doubt', code: 'LATE' });
    expect(status).to.include({ verdict: 'fail', code: 'L7STS', detail: 'HTTP 503' });
    expect(shown(await undisturbed(() => probing('a', refusing)))).to.equal('L7STS HTTP 408');
  });

  it('is not deceived by a stall of the main thread, and knows of it', async () => {
    const port = await servers.tcp(() => {});
    const probes = engine({ tuning: { watchMs: 20, hangMs: 100 } });
    await probes.probe('warm', tcp(port));
    const results = Array.from({ length: 100 }, (_, i) =>
      probes.probe(`b${i}`, tcp(port, { timeoutMs: 100 })),
    );
    await new Promise((resolve) => setImmediate(resolve));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
    expect(new Set((await Promise.all(results)).map(shown))).to.deep.equal(new Set(['L4OK connected']));
    expect(probes.condition()).to.deep.include({ mainLagMs: probes.condition().mainLagMs });
    expect(probes.condition().mainLagMs).to.be.above(400);
    expect(probes.condition().workers[0]).to.include({ state: 'running', restarts: 0 });
    expect(log.of('probe-worker-lost')).to.deep.equal([]);
  });

  it('runs no more at once than it may; what waits too long is in doubt', async () => {
    const silent = await servers.silent();
    const probes = engine({ tuning: { maxUnderWay: 2 } });
    const target = tcp(silent, { timeoutMs: 600 });
    const results = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => probes.probe(key, target)));
    // The last ones get the places of the first two, or have just waited too long for them. A busy machine has its doubts.
    const words = /^L4TOUT no answer within 600ms|^LATE .*(no place for 600ms|the prober stalled for )/;
    for (const result of results) expect(shown(result)).to.match(words);
    expect(results.slice(0, 2).map(({ detail }) => detail)).not.to.include(
      'the prober is overloaded: no place for 600ms',
    );
  });

  it('doubts a target that cannot be prepared', async () => {
    const http = httpParams({ responseRegexp: '(' });
    const result = await engine().probe('web1', target({ type: 'http', port: 80, http }));
    expect(result).to.include({ verdict: 'doubt', code: 'ENGINE' });
    expect(result.detail).to.match(/SyntaxError/);
  });
});
