import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { Stage } from '../support/daemon-stage.js';
import { Process } from '../support/process.js';
import { until } from '../support/until.js';

const VIP = '127.0.6.1';
const ONE = '127.0.6.11';
const TWO = '127.0.6.12';

/** A web server that says who it is, can be killed, and comes back. */
class WebServer {
  /** Requests that were answered for maglevt. */
  served = 0;
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();

  constructor(readonly address: string) {}

  async start(port: number): Promise<number> {
    const server = createServer((request, response) => {
      if (request.headers['user-agent']?.startsWith('maglevt')) this.served++;
      response.setHeader('X-IPng-Frontend', this.address);
      response.end('hello\n');
    });
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    server.listen(port, this.address);
    await once(server, 'listening');
    this.#server = server;
    const bound = server.address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  }

  kill(): void {
    this.#server?.close();
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }
}

describe('e2e: a failover as a client sees it', function () {
  this.timeout(60_000);
  const stage = new Stage();
  const one = new WebServer(ONE);
  const two = new WebServer(TWO);
  after(async () => {
    await stage.end();
    one.kill();
    two.kill();
  });

  it('costs the probes until maglevd has noticed, and no others; who is back serves again', async () => {
    const port = await one.start(0);
    await two.start(port);
    stage.write(`maglev:
  vpp: { lb: { ipv4-src-address: 192.0.2.254, ipv6-src-address: "2001:db8::fe", startup-min-delay: 0s, startup-max-delay: 0s } }
  healthchecks:
    web: { type: http, port: ${port}, params: { path: / }, interval: 100ms, timeout: 80ms, rise: 2, fall: 2 }
  backends:
    one: { address: ${ONE}, healthcheck: web }
    two: { address: ${TWO}, healthcheck: web }
  frontends:
    web: { address: ${VIP}, protocol: tcp, port: ${port}, pools: [ { name: all, backends: { one: {}, two: {} } } ] }
`);
    await stage.simulator('--forward');
    const maglevd = stage.daemon();
    await maglevd.record('vpp-lbsync-done');
    await until(async () =>
      (await stage.type('show maglev-vppsim forward')).includes(`tcp ${VIP}:${port}, `),
    );
    const vip = `http/${VIP}:${port}/`;
    const maglevt = new Process('maglevt', ['--vip', vip, '--interval', '10ms', '--json', '--slo', '100']);
    stage.processes.push(maglevt);
    // Not what was slow, or what this machine had no time for.
    const failures = () =>
      maglevt.lines.filter((line) => /"kind":"(?:timeout|http-err|net-err)"/.test(line)).length;
    await until(() => one.served >= 20 && two.served >= 20, 'answers of both');
    expect(failures()).to.equal(0);

    one.kill();
    const down = (record: Record<string, unknown>) => record['backend'] === 'one' && record['to'] === 'down';
    await maglevd.record('backend-transition', 0, down);
    await until(async () => (await stage.vips())[0]?.includes(`${ONE}=0`) === true, 'weight 0 in VPP');
    const before = two.served;
    await until(() => two.served >= before + 5);
    const lost = failures();
    expect(lost).to.be.above(0);
    await until(() => two.served >= before + 40);
    expect(failures()).to.equal(lost);

    const servedBefore = one.served;
    await one.start(port);
    await until(() => one.served >= servedBefore + 20, 'answers of the one that is back');
    maglevt.signal('SIGINT');
    expect((await maglevt.ended).code).to.equal(1);
    const { failed, below, vips } = JSON.parse(maglevt.lines.at(-1) ?? '{}');
    expect([failed, below]).to.deep.equal([lost, [`${VIP}:${port}`]]);
    expect(vips[0].failures).to.include({ 'net-err': lost });
    const tally = new Map<string, number>(
      vips[0].answerers.map(({ name, count }: { name: string; count: number }) => [name, count]),
    );
    expect([...tally.keys()]).to.deep.equal([ONE, TWO]);
    // What was under way at the end was answered, and not counted any more.
    expect(tally.get(ONE)).to.be.within(one.served - 5, one.served);
    expect(tally.get(TWO)).to.be.within(two.served - 5, two.served);
  });
});
