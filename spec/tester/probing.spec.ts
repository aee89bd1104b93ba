import { expect } from 'chai';
import { realClock } from '../../clock/real-clock.js';
import type { Outcome } from '../../tester/outcome.js';
import { DnsProber } from '../../tester/probing/dns-prober.js';
import { KernelProber } from '../../tester/probing/kernel-prober.js';
import { NodeProber } from '../../tester/probing/node-prober.js';
import type { Asking, Prober } from '../../tester/probing/prober.js';
import { parsedVip } from './parsed-vip.js';
import {
  dnsServer,
  type OpenServer,
  resettingServer,
  sayingServer,
  tlsServer,
  webServer,
} from './tester-servers.js';

const asking: Asking = {
  host: 'shop.example',
  path: '/',
  header: 'x-ipng-frontend',
  insecure: false,
  keepAlive: false,
};

const well = 'HTTP/1.1 200 OK\r\nX-IPng-Frontend: lb7\r\nContent-Length: 3\r\n\r\nabc';

function ask(prober: Prober, vip: string): Promise<Outcome> {
  return new Promise((resolve) => prober.prepare(parsedVip(vip))(resolve));
}

/** Without the time that it took. */
async function told(prober: Prober, vip: string): Promise<string> {
  const outcome = await ask(prober, vip);
  expect(outcome.ms).to.be.within(0, 5000);
  return outcome.ok ? `ok ${outcome.answerer}` : `${outcome.kind} ${outcome.detail}`;
}

describe('tester: probes', () => {
  const ends: (() => unknown)[] = [];
  const open = async (server: Promise<OpenServer>) => {
    const one = await server;
    ends.push(one.end);
    return one;
  };
  const using = <P extends Prober>(prober: P): P => {
    ends.push(prober.close);
    return prober;
  };
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  for (const [name, make] of [
    [
      'of bare descriptors',
      (more: Partial<Asking> = {}) => new KernelProber(realClock, { ...asking, ...more }, true),
    ],
    ['of sockets of Node', (more: Partial<Asking> = {}) => new NodeProber(realClock, { ...asking, ...more })],
  ] as const) {
    it(`${name} tell how HTTP and TCP were served`, async () => {
      const prober = using(make());
      const at = async (server: Promise<OpenServer>) => `127.0.0.1:${(await open(server)).port}`;
      const place = await at(sayingServer(well));
      expect(await told(prober, `http/${place}`)).to.equal('ok lb7');
      expect(await told(prober, `tcp/${place}`)).to.equal('ok null');
      const sick = await at(sayingServer('HTTP/1.0 503 Sick\r\nX-IPng-Frontend: lb8\r\n\r\n'));
      expect(await ask(prober, `http/${sick}`)).to.include({
        kind: 'http-err',
        detail: 'HTTP 503',
        answerer: 'lb8',
      });
      expect(await told(prober, `http/${await at(sayingServer('SSH-2.0-x\r\n'))}`)).to.equal(
        'http-err the answer is not HTTP/1',
      );
      expect(await told(prober, `http/${await at(resettingServer())}`)).to.match(/^net-err connection reset/);
      const gone = await open(sayingServer(well));
      await gone.end();
      ends.pop();
      for (const way of ['http', 'tcp']) {
        expect(await told(prober, `${way}/127.0.0.1:${gone.port}`)).to.equal('net-err connection refused');
      }
    });

    it(`${name} can be given up, and say how far they had come`, async () => {
      const prober = using(make());
      const { port, connections } = await open(sayingServer(null));
      const outcomes: Outcome[] = [];
      const flight = prober.prepare(parsedVip(`http/127.0.0.1:${port}`))((outcome) => outcomes.push(outcome));
      while (connections() === 0) await new Promise((resolve) => setImmediate(resolve));
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      expect(flight.abandon()).to.equal('no answer');
      const other = await open(sayingServer(well));
      expect(await told(prober, `http/127.0.0.1:${other.port}`)).to.equal('ok lb7');
      expect(outcomes).to.deep.equal([]);
    });
  }

  it('of TLS look at the certificate, and know a server by it', async () => {
    const { port } = await open(tlsServer());
    const strict = using(new NodeProber(realClock, asking));
    expect(await told(strict, `tls/127.0.0.1:${port}`)).to.match(
      /^net-err the certificate is refused: .*--insecure/,
    );
    expect(await told(strict, `https/127.0.0.1:${port}`)).to.match(/^net-err the certificate is refused/);
    const lenient = using(new NodeProber(realClock, { ...asking, insecure: true }));
    expect(await told(lenient, `tls/127.0.0.1:${port}`)).to.match(/^ok .+ [0-9a-f]{8}$/);
    expect(await told(lenient, `https/127.0.0.1:${port}`)).to.match(/^ok .+ [0-9a-f]{8}$/);
    const plain = await open(sayingServer(well));
    expect(await told(lenient, `tls/127.0.0.1:${plain.port}`)).to.equal('net-err the answer is not TLS');
  });

  it('use a connection again only when that is asked for', async () => {
    const { port, connections } = await open(webServer('lb1'));
    const keeping = using(new NodeProber(realClock, { ...asking, keepAlive: true }));
    const fresh = using(new KernelProber(realClock, asking, true));
    for (const [prober, expected] of [
      [keeping, 1],
      [fresh, 4],
    ] as const) {
      const probe = prober.prepare(parsedVip(`http/127.0.0.1:${port}`));
      for (let i = 0; i < 3; i++) {
        const outcome = await new Promise<Outcome>((resolve) => probe(resolve));
        expect(outcome).to.include({ ok: true, answerer: 'lb1' });
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(connections()).to.equal(expected);
    }
  });

  it('of DNS ask, and take for well what is an answer', async () => {
    const prober = using(new DnsProber(realClock));
    for (const [code, expected] of [
      [0, 'ok null'],
      [3, 'ok null'],
      [2, 'http-err DNS SERVFAIL'],
    ] as const) {
      const { port, socket } = await dnsServer(code);
      expect(await told(prober, `dns/127.0.0.1:${port}/example.com`)).to.equal(expected);
      await new Promise<void>((resolve) => socket.close(resolve));
      if (code === 2)
        expect(await told(prober, `dns/127.0.0.1:${port}`)).to.equal('net-err connection refused');
      expect(await told(prober, 'dns/255.255.255.255:53')).to.match(/^(net|local)-err /);
    }
  });
});
