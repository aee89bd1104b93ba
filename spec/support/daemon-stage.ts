import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ApiClient } from '../../binapi/api-client.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { createLbApi } from '../../binapi/lb/lb-api.js';
import { openApi } from '../../binapi/open-api.js';
import { realClock } from '../../clock/real-clock.js';
import { type LbState, protocolName } from '../../domain/lb.js';
import { Process, programs, run } from './process.js';

/** A live VPP to run against instead of the simulator; empty = the simulator. */
export const liveVpp = process.env['MAGLEV_TEST_VPP_API'] ?? '';

/** A folder with a config, a VPP (or the simulator) and maglevd, as real processes; `end` leaves nothing behind. */
export class Stage {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'maglev-spec-'));
  readonly socket: string;
  readonly config = path.join(this.folder, 'maglev.yaml');
  /** VPP's stats socket, beside that of its API. */
  readonly stats: string;
  readonly grpc = `unix:${path.join(this.folder, 'grpc.sock')}`;
  readonly processes: Process[] = [];
  /** What every maglevd finds in its environment. */
  environment: NodeJS.ProcessEnv = {};

  readonly #bin: string;

  /** On `vpp`, a live one; by default on a simulator that the spec starts. `bin` has the programs. */
  constructor(vpp = '', bin = programs) {
    this.#bin = bin;
    this.socket = vpp === '' ? path.join(this.folder, 'api.sock') : vpp;
    this.stats = path.join(path.dirname(this.socket), 'stats.sock');
  }

  write(text: string): void {
    writeFileSync(this.config, text);
    // As of a file that was written long ago: a start waits a second for more of one that was written just now.
    const before = Date.now() / 1000 - 60;
    utimesSync(this.config, before, before);
  }

  async simulator(...args: string[]): Promise<Process> {
    const sim = this.#add(
      new Process(
        'maglev-vppsim',
        ['--socket', this.socket, '--stats-socket', this.stats, ...args],
        {},
        this.#bin,
      ),
    );
    await sim.record('ready');
    return sim;
  }

  daemon(...args: string[]): Process {
    const state = path.join(this.folder, 'state');
    const flags = [
      '--config',
      this.config,
      '--vpp-api-addr',
      this.socket,
      '--vpp-stats-addr',
      this.stats,
      // Given twice, it means two addresses.
      ...(args.includes('--grpc-addr') ? [] : ['--grpc-addr', this.grpc]),
      ...(args.includes('--metrics-addr') ? [] : ['--metrics-addr', 'none']),
      '--state-dir',
      state,
    ];
    return this.#add(new Process('maglevd', [...flags, ...args], this.environment, this.#bin));
  }

  /** maglevc against this maglevd. */
  ctl(...words: string[]) {
    return run('maglevc', ['--server', this.grpc, ...words], {}, this.#bin);
  }

  /** One conversation with VPP over its own API, beside maglevd. */
  async withVpp<T>(talk: (client: ApiClient) => Promise<T>): Promise<T> {
    const trace = { enabled: () => false, message: () => {} };
    const client = await openApi({ socketPath: this.socket, clientName: 'spec', clock: realClock, trace });
    try {
      return await talk(client);
    } finally {
      await client.close();
    }
  }

  /** What somebody types at VPP's prompt. */
  type(command: string): Promise<string> {
    return this.withVpp(async (client) => (await client.call(cliInband, { cmd: command })).reply);
  }

  state(): Promise<LbState> {
    return this.withVpp((client) => createLbApi(client).getLbState());
  }

  /** VIPs of VPP as short text: `192.0.2.1/32 tcp 80 gre4: 10.0.0.1=100 10.0.0.2=0`, sorted. */
  async vips(): Promise<string[]> {
    const { vips } = await this.state();
    return vips
      .map(({ key, encap, ases }) => {
        const servers = ases.map(({ address, weight }) => `${address}=${weight}`).sort();
        return `${key.prefix} ${protocolName(key.protocol)} ${key.port} ${encap}: ${servers.join(' ')}`;
      })
      .sort();
  }

  async end(): Promise<void> {
    for (const process of this.processes.reverse()) await process.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #add(process: Process): Process {
    this.processes.push(process);
    return process;
  }
}
