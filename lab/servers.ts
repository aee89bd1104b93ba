import { connectionRefused, type ProbeFinding, type ProbeResult } from '../domain/probe-result.js';
import type { LocalProbe } from '../probes/engine/local-thread.js';
import type { ProbeTarget } from '../probes/target.js';
import type { Cancel, Clock } from '../protocol/clock.js';
import type { LabClock } from './lab-clock.js';
import {
  type BackendPlan,
  type DoubtFault,
  type NetworkFault,
  otherAddress,
  type ServerFault,
} from './scenario.js';
import type { VppMachine } from './vpp-machine.js';

/** Who made a probe what it was. vpp: the server would have answered, but the way to it leads through VPP. */
export type Culprit = 'nobody' | 'server' | 'network' | 'vpp';

/** Both ways together, of a server that is well. */
const ANSWER_MS = 1;
/** A probe that takes longer is none that a server answered in time. */
const SLOW_FACTOR = 4;
const FLAP_PERIOD_MS = 10_000;
/**
 * maglevd listens to VPP every 250 ms while no probe fails, and waits 55 ms for a word. A silence that fits in between is
 * like a packet that was lost on the way: nobody can tell it from one.
 */
const UNHEARD_MS = 310;

/** For so long after a connect maglevd believes of no silence that VPP is not to blame for it. */
export const KNOWN_MS = 30_000;
/** A VPP that has run for so long has had packets for every server that weighs something. */
const SERVED_MS = 10_000;

export interface ServersOptions {
  readonly clock: LabClock;
  readonly vpp: () => VppMachine;
  readonly backends: readonly BackendPlan[];
  /** Has it a weight in VPP? */
  readonly serves: (address: string) => boolean;
  /** Told what became of each probe, and whose doing it was. */
  readonly probed: (address: string, result: ProbeResult, culprit: Culprit) => void;
}

/** The servers, and the network that leads to them through VPP. */
export class Servers {
  readonly #options: ServersOptions;
  readonly #addressOf: ReadonlyMap<string, string>;
  readonly #server = new Map<string, ServerFault[]>();
  readonly #network = new Map<string, NetworkFault[]>();
  readonly #doubts = new Map<string, DoubtFault[]>();
  /** When the link to them came back. */
  readonly #linkedAt = new Map<string, number>();
  /** Servers that the present VPP has found: it drops the first packet to each. */
  #neighbours = new Set<string>();
  #neighboursOf = -1;
  probes = 0;

  constructor(options: ServersOptions) {
    this.#options = options;
    this.#addressOf = new Map(options.backends.map(({ name, address }) => [name, address]));
  }

  begin(fault: AnyFault): void {
    for (const [list, address] of this.#concerned(fault))
      list.set(address, [...(list.get(address) ?? []), fault]);
  }

  end(fault: AnyFault): void {
    for (const [list, address] of this.#concerned(fault)) {
      if (fault.kind === 'doubt' && fault.how === 'link')
        this.#linkedAt.set(address, this.#options.clock.monotonic());
      const left = (list.get(address) ?? []).filter((one) => one !== fault);
      if (left.length > 0) list.set(address, left);
      else list.delete(address);
    }
  }

  /** Is anything wrong with it now, or with the way to it? */
  isTroubled(address: string): boolean {
    return this.#server.has(address) || this.#network.has(address);
  }

  /** Is it gone for as long as this lasts? */
  readonly isDeadNow = (address: string): boolean => {
    const dead = ['refuses', 'silent', 'error', 'slow'];
    return (
      (this.#server.get(address) ?? []).some(({ how }) => dead.includes(how)) ||
      (this.#network.get(address) ?? []).some(({ how }) => how === 'partition')
    );
  };

  /**
   * Probes it once, as far as it goes: what never comes back ends when whoever asks says that its time is over. `asker` is
   * his clock.
   */
  probe(
    target: ProbeTarget,
    asker: Pick<Clock, 'schedule'>,
    ended: (result: ProbeResult) => void,
  ): LocalProbe {
    this.probes++;
    const { vpp, clock } = this.#options;
    const { address } = target;
    const own = this.#ownAnswer(target);
    const machine = vpp();
    const sent = this.#forwards(machine, address);
    const life = machine.forwardsSince;
    // The first packet to a server that is new to a VPP which has run for long, though it may have hung for a moment.
    const isFirst = machine.forwards && !sent && clock.monotonic() - machine.livesSince >= KNOWN_MS;
    let over = false;
    const finish = (result: ProbeResult, culprit: Culprit) => {
      if (over) return;
      over = true;
      this.#options.probed(address, result, culprit);
      ended(result);
    };
    const { result } = own;
    let cancel: Cancel = () => {};
    if (sent && result !== null) {
      cancel = asker.schedule(own.afterMs, () => {
        const returns = machine.forwards && machine.forwardsSince === life;
        if (returns) finish({ ...result, durationMs: own.afterMs }, own.culprit);
      });
    }
    return {
      expire: () => {
        const unheard = machine.forwards && machine.hungMs > 0 && machine.hungMs <= UNHEARD_MS;
        const byVpp = result !== null && own.culprit === 'nobody';
        finish(silence(target), !byVpp ? own.culprit : unheard || isFirst ? 'network' : 'vpp');
      },
      abandon: () => {
        over = true;
        cancel();
      },
    };
  }

  /** Why nothing goes out to this server from maglevd's own machine, or has not since then; null = it does. */
  ownWay(address: string, begunAt: number): ProbeFinding | null {
    const isOff = (this.#doubts.get(address) ?? []).some(({ how }) => how === 'link');
    const wasOff = (this.#linkedAt.get(address) ?? Number.NEGATIVE_INFINITY) >= begunAt;
    const detail = `the link of lab0 ${isOff ? 'is down' : 'was down meanwhile'}`;
    return isOff || wasOff ? { verdict: 'doubt', code: 'SOCKERR', detail } : null;
  }

  /** What the server and the network make of a probe; `result` null: nothing comes back. */
  #ownAnswer(target: ProbeTarget): {
    readonly result: ProbeResult | null;
    readonly afterMs: number;
    readonly culprit: Culprit;
  } {
    const { clock } = this.#options;
    let delay = 0;
    const server = this.#server.get(target.address);
    const network = this.#network.get(target.address);
    const doubts = this.#doubts.get(target.address) ?? [];
    // Who looks at his own way finds out that nothing has gone out.
    const isOff = doubts.some(({ how }) => how === 'link');
    if (isOff || doubts.some(({ p = 1 }) => p === 1 || clock.random() < p)) {
      return { result: isOff ? null : doubt, afterMs: ANSWER_MS, culprit: 'nobody' };
    }
    if (server === undefined && network === undefined)
      return { result: pass(target), afterMs: ANSWER_MS, culprit: 'nobody' };
    for (const { how, p } of network ?? []) {
      if (how === 'partition' || (how === 'loss' && clock.random() < 1 - (1 - p) ** 2))
        return { result: null, afterMs: 0, culprit: 'network' };
      if (how === 'delay') delay += p;
    }
    for (const fault of server ?? []) {
      const verdict = misbehaves(fault, clock);
      if (verdict === 'silent') return { result: null, afterMs: 0, culprit: 'server' };
      if (verdict === 'refuses') return { result: refusal, afterMs: ANSWER_MS + delay, culprit: 'server' };
      if (verdict === 'error')
        return { result: failure(target), afterMs: ANSWER_MS + delay, culprit: 'server' };
      if (verdict === 'slow')
        return { result: null, afterMs: target.timeoutMs * SLOW_FACTOR, culprit: 'server' };
    }
    if (ANSWER_MS + delay >= target.timeoutMs) return { result: null, afterMs: 0, culprit: 'network' };
    return { result: pass(target), afterMs: ANSWER_MS + delay, culprit: 'nobody' };
  }

  #forwards(machine: VppMachine, address: string): boolean {
    if (!machine.forwards) return false;
    if (this.#neighboursOf !== machine.life) {
      this.#neighboursOf = machine.life;
      this.#neighbours = new Set();
    }
    const known = this.#neighbours.has(address);
    this.#neighbours.add(address);
    // Clients of one that has served for a while have made it known.
    const hasServed = this.#options.clock.monotonic() - machine.forwardsSince >= SERVED_MS;
    return known || (hasServed && this.#options.serves(address));
  }

  #concerned(fault: AnyFault): [Map<string, AnyFault[]>, string][] {
    const list: Map<string, AnyFault[]> =
      fault.kind === 'server' ? this.#server : fault.kind === 'network' ? this.#network : this.#doubts;
    const names = fault.kind === 'server' ? [fault.backend] : fault.backends;
    return names.flatMap((name) => {
      const address = this.#addressOf.get(name) ?? name;
      const all = [address, otherAddress(address)];
      const only = fault.kind === 'server' ? fault.only : undefined;
      const struck = only === undefined ? all : all.slice(only === 'first' ? 0 : 1, only === 'first' ? 1 : 2);
      return struck.map((one): [typeof list, string] => [list, one]);
    });
  }
}

type AnyFault = ServerFault | NetworkFault | DoubtFault;

function misbehaves(
  { how, p, at }: ServerFault,
  clock: LabClock,
): 'silent' | 'refuses' | 'error' | 'slow' | 'well' {
  switch (how) {
    case 'flaky':
      return clock.random() < p ? 'error' : 'well';
    case 'flapping':
      return (clock.monotonic() - at) % FLAP_PERIOD_MS < p * FLAP_PERIOD_MS ? 'refuses' : 'well';
    default:
      return how;
  }
}

const refusal: ProbeResult = { verdict: 'fail', code: 'L4CON', detail: connectionRefused, durationMs: 0 };

const doubt: ProbeResult = { verdict: 'doubt', code: 'SOCKERR', detail: 'EMFILE', durationMs: 0 };

function pass({ probe }: ProbeTarget): ProbeResult {
  const http = probe.type === 'http' || probe.type === 'https';
  return http
    ? { verdict: 'pass', code: 'L7OK', detail: 'HTTP 200', durationMs: 0 }
    : { verdict: 'pass', code: 'L4OK', detail: probe.type === 'icmp' ? 'echo' : 'connected', durationMs: 0 };
}

function failure({ probe }: ProbeTarget): ProbeResult {
  const http = probe.type === 'http' || probe.type === 'https';
  return http ? { verdict: 'fail', code: 'L7STS', detail: 'HTTP 503', durationMs: 0 } : refusal;
}

function silence({ timeoutMs }: ProbeTarget): ProbeResult {
  return {
    verdict: 'fail',
    code: 'L4TOUT',
    detail: `no answer within ${timeoutMs} ms`,
    durationMs: timeoutMs,
  };
}
