import path from 'node:path';
import { Stage } from '../support/daemon-stage.js';
import { Process } from '../support/process.js';
import { Clients } from './clients.js';
import { SoakedServer } from './soaked-servers.js';
import { WriteProxy } from './write-proxy.js';

const PORT = 18_080;

export interface Frontend {
  readonly name: string;
  readonly address: string;
  readonly pools: readonly (readonly string[])[];
}

export const frontends: readonly Frontend[] = [
  { name: 'web', address: '127.0.7.1', pools: [['s1', 's2'], ['s3']] },
  { name: 'api', address: '127.0.7.2', pools: [['s2', 's4']] },
];

/** Real processes of maglevd and of VPP's simulator, or a real VPP; servers, clients, and a proxy before VPP. */
export class SoakedSite {
  readonly servers: readonly SoakedServer[];
  readonly stage: Stage;
  readonly proxy: WriteProxy;
  readonly clients: Clients;
  readonly paused = new Set<string>();
  /** Ends of maglevd that nobody has asked for. */
  readonly deaths: string[] = [];
  /** It is being ended. */
  ending = false;
  maglevd: Process;
  /** null: a real VPP, which is not ours to kill. */
  vpp: Process | null;
  #syncSeconds = 10;

  private constructor(stage: Stage, vpp: Process | null, servers: readonly SoakedServer[]) {
    this.stage = stage;
    this.servers = servers;
    this.vpp = vpp;
    this.proxy = new WriteProxy(path.join(stage.folder, 'proxy.sock'), stage.socket);
    this.maglevd = this.#daemon();
    const vips = vpp === null ? [] : frontends.map(({ address }) => [address, PORT] as const);
    this.clients = new Clients(vips, 100);
  }

  /** `socket`: of a real VPP; '' = the simulator. */
  static async start(socket: string): Promise<SoakedSite> {
    const stage = new Stage(socket);
    const servers = ['s1', 's2', 's3', 's4'].map(
      (name, i) => new SoakedServer(name, `127.0.7.1${i + 1}`, PORT),
    );
    for (const server of servers) await server.start();
    const vpp = socket === '' ? await stage.simulator('--forward') : null;
    stage.write(configText(servers, 10));
    return new SoakedSite(stage, vpp, servers);
  }

  /** A change of the file that changes nothing that counts, and SIGHUP to a maglevd that has begun to run. */
  reload(): void {
    if (this.maglevd.lines.length === 0) return;
    this.#syncSeconds = this.#syncSeconds === 10 ? 11 : 10;
    this.stage.write(configText(this.servers, this.#syncSeconds));
    this.maglevd.signal('SIGHUP');
  }

  startDaemon(): void {
    this.ending = false;
    this.maglevd = this.#daemon();
  }

  async startVpp(): Promise<void> {
    this.vpp = await this.stage.simulator('--forward');
  }

  server(name: string): SoakedServer {
    const found = this.servers.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no server ${name}`);
    return found;
  }

  async end(): Promise<void> {
    this.clients.stop();
    this.ending = true;
    this.vpp?.signal('SIGCONT');
    await this.maglevd.end();
    this.proxy.close();
    await this.stage.end();
    for (const server of this.servers) await server.close();
  }

  #daemon(): Process {
    const { folder, stats, grpc } = this.stage;
    const process = new Process('maglevd', [
      ...['--config', path.join(folder, 'maglev.yaml'), '--vpp-api-addr', this.proxy.path],
      ...['--vpp-stats-addr', stats, '--grpc-addr', grpc, '--metrics-addr', 'none'],
      ...['--state-dir', path.join(folder, 'state')],
    ]);
    this.stage.processes.push(process);
    void process.ended.then(({ code, signal }) => {
      if (!this.ending)
        this.deaths.push(`maglevd ended by itself: ${code ?? signal} ${process.errors.at(-1) ?? ''}`);
    });
    return process;
  }
}

function configText(servers: readonly SoakedServer[], syncSeconds: number): string {
  const backends = servers.map(
    ({ name, address }) => `    ${name}: { address: ${address}, healthcheck: web }`,
  );
  const fronts = frontends.map(({ name, address, pools }) => {
    const lists = pools.map(
      (pool, i) => `{ name: p${i}, backends: { ${pool.map((one) => `${one}: {}`).join(', ')} } }`,
    );
    return `    ${name}: { address: ${address}, protocol: tcp, port: ${PORT}, pools: [ ${lists.join(', ')} ] }`;
  });
  return `maglev:
  vpp: { lb: { ipv4-src-address: 192.0.2.254, ipv6-src-address: "2001:db8::fe", sync-interval: ${syncSeconds}s, startup-min-delay: 1s, startup-max-delay: 10s } }
  healthchecks:
    web: { type: http, port: ${PORT}, interval: 500ms, timeout: 400ms, rise: 2, fall: 3 }
  backends:
${backends.join('\n')}
  frontends:
${fronts.join('\n')}
`;
}
