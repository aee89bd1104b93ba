import { type ProbeFinding, resultOf } from '../../domain/probe-result.js';
import { socketAddress } from '../../linux/socket-address.js';
import type { Clock } from '../../protocol/clock.js';
import { echoReply, notSent, sendEcho, silence } from '../icmp.js';
import type { EchoHeard, Ping, Pinger } from '../pinger.js';
import type { ProbeTarget } from '../target.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

/** What all pings have in common. */
interface Surroundings {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly pinger: Pinger;
  readonly ended: Ended;
  readonly behalf: Behalf;
}

/** A server that is pinged. It makes nothing anew for a probe. */
class EchoRow implements EchoHeard {
  readonly #around: Surroundings;
  readonly #row: number;
  readonly #target: ProbeTarget;
  readonly #peer: Uint8Array;
  #ping: Ping | null = null;
  #beganAt = 0;

  constructor(around: Surroundings, row: number, target: ProbeTarget) {
    this.#around = around;
    this.#row = row;
    this.#target = target;
    this.#peer = socketAddress(target.address);
  }

  start(now: number): void {
    this.#beganAt = now;
    const sent = sendEcho(this.#around.pinger, this.#target, this.#peer, this);
    if ('verdict' in sent) this.#end(sent);
    else this.#ping = sent;
  }

  replied(): void {
    const { behalf } = this.#around;
    const before = behalf.enter(this.#row);
    this.#end(echoReply);
    behalf.leave(before);
  }

  failed(errno: string): void {
    this.#end(notSent(errno));
  }

  expire(): void {
    if (this.#ping !== null) this.#end(silence(this.#ping, this.#target));
  }

  abandon(): void {
    this.#ping?.cancel();
    this.#ping = null;
  }

  #end(finding: ProbeFinding): void {
    this.abandon();
    const { ended, clock } = this.#around;
    ended(this.#row, resultOf(finding, clock.monotonic() - this.#beganAt));
  }
}

/** Pings. Whoever owns the pinger lets it send them, and looks after what comes back. */
export class IcmpDriver implements TargetDriver {
  readonly #around: Surroundings;
  readonly #rows: (EchoRow | undefined)[] = [];

  constructor(clock: Pick<Clock, 'monotonic'>, pinger: Pinger, ended: Ended, behalf: Behalf) {
    this.#around = { clock, pinger, ended, behalf };
  }

  readonly know = (row: number, target: ProbeTarget): void => {
    this.#rows[row] = new EchoRow(this.#around, row, target);
  };

  readonly forget = (row: number): void => {
    this.abandon(row);
    this.#rows[row] = undefined;
  };

  readonly start = (row: number, now: number): void => this.#rows[row]?.start(now);

  readonly expire = (row: number): void => this.#rows[row]?.expire();

  readonly abandon = (row: number): void => this.#rows[row]?.abandon();
}
