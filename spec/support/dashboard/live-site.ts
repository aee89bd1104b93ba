import { connect, createServer, type Server, type Socket } from 'node:net';
import { Stage } from '../daemon-stage.js';
import { Process } from '../process.js';
import { WebFarm } from '../web-farm.js';

const addresses = ['127.62.0.1', '127.62.0.2', '127.62.0.3'] as const;

/** Who may do everything at the dashboard. */
export const operator = { username: 'ada', password: 'as-only-the-spec-knows' } as const;

/** Two maglevds with a simulator each, three servers, and maglevd-frontend over both, behind a line that can be pulled out. */
export class LiveSite {
  readonly stages = [new Stage(), new Stage()] as const;
  readonly line = new Line();
  #farm: WebFarm | null = null;
  #frontend: Process | null = null;
  #daemons: readonly Process[] = [];

  static async start(): Promise<LiveSite> {
    const site = new LiveSite();
    const farm = await WebFarm.start(addresses);
    site.#farm = farm;
    for (const stage of site.stages) {
      stage.write(configOf(farm.port));
      await stage.simulator();
    }
    site.#daemons = site.stages.map((stage) => stage.daemon());
    for (const daemon of site.#daemons) {
      await daemon.record('backend-transition', 0, ({ backend, to }) => backend === 'web3' && to === 'up');
    }
    const [first, second] = site.stages;
    const server = `lb1=${first.grpc},lb2=${second.grpc}`;
    const frontend = new Process('maglevd-frontend', ['--server', server, '--listen', '127.0.0.1:0'], {
      MAGLEV_FRONTEND_USER: operator.username,
      MAGLEV_FRONTEND_PASSWORD: operator.password,
    });
    site.#frontend = frontend;
    const { address } = await frontend.record('web-listening');
    await site.line.to(Number(String(address).split(':').at(-1)));
    for (const stage of site.stages) {
      await stage.type('set maglev-vppsim traffic 192.0.2.1 port 80 flows 300 every 100ms');
    }
    return site;
  }

  get url(): string {
    return `http://127.0.0.1:${this.line.port}/view/`;
  }

  get frontend(): Process {
    if (this.#frontend === null) throw new Error('not started');
    return this.#frontend;
  }

  daemon(index: 0 | 1): Process {
    const daemon = this.#daemons[index];
    if (daemon === undefined) throw new Error('not started');
    return daemon;
  }

  /** The second server dies, or serves again. */
  serverDies(): void {
    this.#farm?.down(addresses[1]);
  }

  async serverComes(): Promise<void> {
    await this.#farm?.up(addresses[1]);
  }

  /** Once more, with another config of the shop: a reload has something to change. */
  describe(text: string): void {
    for (const stage of this.stages) stage.write(configOf(this.#farm?.port ?? 0, text));
  }

  async killDaemon(): Promise<void> {
    await this.daemon(1).end('SIGKILL');
  }

  startDaemonAgain(): void {
    this.#daemons = [this.daemon(0), this.stages[1].daemon()];
  }

  async end(): Promise<void> {
    await this.line.end();
    await this.#frontend?.end();
    for (const stage of this.stages) await stage.end();
    this.#farm?.end();
  }
}

function configOf(port: number, description = 'where people buy'): string {
  return `maglev:
  vpp: { lb: { ipv4-src-address: 198.51.100.1, ipv6-src-address: "2001:db8::1", sync-interval: 2s, stats-interval: 500ms, new-flows-table-length: 1024 } }
  healthchecks: { web: { type: http, port: ${port}, interval: 500ms, fast-interval: 200ms, rise: 2, fall: 2 } }
  backends:
    web1: { address: ${addresses[0]}, healthcheck: web }
    web2: { address: ${addresses[1]}, healthcheck: web }
    web3: { address: ${addresses[2]}, healthcheck: web }
  frontends:
    shop:
      description: ${description}
      address: 192.0.2.1
      protocol: tcp
      port: 80
      pools: [{ name: main, backends: { web1: {}, web2: { weight: 50 } } }, { name: spare, backends: { web3: {} } }]
    api: { address: 192.0.2.2, protocol: tcp, port: 443, pools: [{ name: main, backends: { web2: {}, web3: {} } }] }
`;
}

/** Relays connections until somebody pulls it out: then nothing comes through any more, and nobody is told. */
export class Line {
  readonly #sockets = new Set<Socket>();
  #server: Server | null = null;
  #out = false;

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async to(port: number): Promise<void> {
    const server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => {});
        socket.on('data', (bytes) => {
          // What was on its way is lost, as on a line; connections of before never work again.
          if (!this.#out && !lost.has(socket)) other.write(bytes);
          else for (const one of [socket, other]) lost.add(one);
        });
        socket.on('close', () => {
          this.#sockets.delete(socket);
          if (!this.#out) other.destroy();
        });
      }
    });
    const lost = new WeakSet<Socket>();
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }

  pullOut(): void {
    this.#out = true;
  }

  putIn(): void {
    this.#out = false;
  }

  async end(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }
}
