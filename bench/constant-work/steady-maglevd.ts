import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { nodeFlags } from '../../program/node-flags.js';

const program = path.resolve(import.meta.dirname, '../../bin/maglevd.js');

/** Where all fall silent together, each failure is asked about for a while, and with more patience than usual. */
const LONGEST_MS = 100_000;

/** What has been done so far. Packets and bytes are those of the loopback interface, which nobody else uses meanwhile. */
export interface Work {
  readonly at: number;
  /** Time on a CPU by thread, in milliseconds. */
  readonly cpuMs: ReadonlyMap<number, number>;
  readonly packets: number;
  readonly bytes: number;
  readonly logBytes: number;
}

/** A maglevd as operators run it, with a VPP, whose config is changed while it runs. */
export class SteadyMaglevd {
  readonly #config: string;
  readonly #child;
  readonly #states = new Map<string, string>();
  #logBytes = 0;

  constructor(folder: string, config: string, vpp: string) {
    this.#config = path.join(folder, 'maglev.yaml');
    writeFileSync(this.#config, config);
    // What was written a moment ago is read twice.
    utimesSync(this.#config, 1, 1);
    const flags = ['--config', this.#config, '--vpp-api-addr', vpp, '--vpp-stats-addr=', '--state-dir='];
    const rest = ['--metrics-addr=', '--grpc-addr', `unix:${folder}/grpc.sock`, '--log-format', 'json'];
    this.#child = spawn(process.execPath, [...nodeFlags, program, ...flags, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let begun = '';
    this.#child.stdout.on('data', (text: Buffer) => {
      this.#logBytes += text.length;
      const lines = `${begun}${text}`.split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) this.#read(line);
    });
  }

  reload(config: string): void {
    writeFileSync(this.#config, config);
    this.#child.kill('SIGHUP');
  }

  /** Resolves when so many backends are up, and so many down. */
  async settled(up: number, down: number): Promise<void> {
    const states = () => [...this.#states.values()];
    const count = (state: string) => states().filter((one) => one === state).length;
    const until = performance.now() + LONGEST_MS;
    while (count('up') !== up || count('down') !== down) {
      if (performance.now() > until) throw new Error(`${count('up')} are up and ${count('down')} down`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Resolves when its log has said nothing for so long; at the latest after ten times that. */
  async quiet(ms: number): Promise<void> {
    const until = performance.now() + 10 * ms;
    for (let before = -1; before !== this.#logBytes && performance.now() < until; ) {
      before = this.#logBytes;
      await new Promise((resolve) => setTimeout(resolve, ms));
    }
  }

  work(): Work {
    const lo = readFileSync('/proc/net/dev', 'latin1').match(/^ *lo:.*$/m)?.[0] ?? '';
    const [, bytes = 0, packets = 0] = lo.replace(':', ' ').trim().split(/ +/).map(Number);
    return { at: performance.now(), cpuMs: this.#cpuMs(), packets, bytes, logBytes: this.#logBytes };
  }

  end(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once('close', () => resolve()));
    this.#child.kill('SIGKILL');
    return ended;
  }

  /** The number of the main thread is that of the process. */
  get mainThread(): number {
    return this.#child.pid ?? 0;
  }

  #cpuMs(): ReadonlyMap<number, number> {
    const threads = `/proc/${this.mainThread}/task`;
    const spent = readdirSync(threads).map((thread): [number, number] => {
      const [nanoseconds] = readFileSync(`${threads}/${thread}/schedstat`, 'latin1').split(' ');
      return [Number(thread), Number(nanoseconds) / 1e6];
    });
    return new Map(spent);
  }

  #read(line: string): void {
    if (!line.includes('"backend-transition"')) return;
    const { backend, to } = JSON.parse(line) as { readonly backend: string; readonly to: string };
    this.#states.set(backend, to);
  }
}
