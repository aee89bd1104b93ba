import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** Where the servers listen, on every address of the farm. */
export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** Who has come so far. */
export interface Came {
  /** Connections: one a probe. */
  readonly probes: number;
  /** Those whose handshake of TLS resumed a session. */
  readonly resumed: number;
}

/** `entrance`: an index of TargetFarm.entrances. */
export type TargetOrder =
  | { readonly type: 'fail'; readonly addresses: readonly string[] }
  | { readonly type: 'heal' }
  | { readonly type: 'count'; readonly entrance: number };

export type TargetReport =
  | { readonly type: 'ready'; readonly entrances: readonly Ports[] }
  | { readonly type: 'count'; readonly entrance: number; readonly came: Came };

/** All the servers that are checked, in a process of its own. */
export class TargetFarm {
  readonly #child: ChildProcess;
  /** The same servers on different ports: who comes by which is counted apart. */
  readonly entrances: readonly Ports[];

  private constructor(child: ChildProcess, entrances: readonly Ports[]) {
    this.#child = child;
    this.entrances = entrances;
    // One for each that counts at the same time.
    child.setMaxListeners(0);
  }

  static async start(entrances: number): Promise<TargetFarm> {
    const child = fork(new URL('./target-main.js', import.meta.url), [String(entrances)]);
    const [ready] = (await once(child, 'message')) as [TargetReport];
    if (ready.type !== 'ready') throw new Error('the servers did not come up');
    return new TargetFarm(child, ready.entrances);
  }

  /** From now on these servers answer 503, too. */
  fail(addresses: readonly string[]): void {
    this.#order({ type: 'fail', addresses });
  }

  /** From now on all are well. */
  heal(): void {
    this.#order({ type: 'heal' });
  }

  /** Who has come so far by that entrance. */
  count(entrance: number): Promise<Came> {
    return new Promise((resolve) => {
      const heard = (report: TargetReport) => {
        if (report.type !== 'count' || report.entrance !== entrance) return;
        this.#child.off('message', heard);
        resolve(report.came);
      };
      this.#child.on('message', heard);
      this.#order({ type: 'count', entrance });
    });
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #order(order: TargetOrder): void {
    this.#child.send(order);
  }
}

/** The address of the n-th server. */
export function targetAddress(n: number): string {
  return `127.2.${n >> 7}.${(n & 127) + 1}`;
}
