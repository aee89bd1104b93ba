import { type ProbeFinding, resultOf } from '../../domain/probe-result.js';
import { socketAddress } from '../../linux/socket-address.js';
import type { Clock } from '../../protocol/clock.js';
import { echoReply, sendEcho, silence } from '../icmp.js';
import type { Ping, Pinger } from '../pinger.js';
import type { ProbeTarget } from '../target.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

interface Known {
  readonly target: ProbeTarget;
  readonly peer: Uint8Array;
  ping: Ping | null;
  beganAt: number;
}

/** Pings. Whoever owns the pinger lets it send them, and looks after what comes back. */
export class IcmpDriver implements TargetDriver {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #pinger: Pinger;
  readonly #ended: Ended;
  readonly #behalf: Behalf;
  readonly #known: (Known | undefined)[] = [];

  constructor(clock: Pick<Clock, 'monotonic'>, pinger: Pinger, ended: Ended, behalf: Behalf) {
    this.#clock = clock;
    this.#pinger = pinger;
    this.#ended = ended;
    this.#behalf = behalf;
  }

  readonly know = (row: number, target: ProbeTarget): void => {
    this.#known[row] = { target, peer: socketAddress(target.address), ping: null, beganAt: 0 };
  };

  readonly forget = (row: number): void => {
    this.abandon(row);
    this.#known[row] = undefined;
  };

  readonly start = (row: number): void => {
    const known = this.#known[row];
    if (known === undefined) return;
    known.beganAt = this.#clock.monotonic();
    known.ping = sendEcho(this.#pinger, known.target, known.peer, {
      replied: () => {
        const before = this.#behalf.enter(row);
        this.#end(row, known, echoReply);
        this.#behalf.leave(before);
      },
      failed: (finding) => this.#end(row, known, finding),
    });
  };

  readonly expire = (row: number): void => {
    const known = this.#known[row];
    if (known?.ping !== null && known?.ping !== undefined) {
      this.#end(row, known, silence(known.ping, known.target));
    }
  };

  readonly abandon = (row: number): void => {
    const known = this.#known[row];
    known?.ping?.cancel();
    if (known !== undefined) known.ping = null;
  };

  #end(row: number, known: Known, finding: ProbeFinding): void {
    known.ping?.cancel();
    known.ping = null;
    this.#ended(row, resultOf(finding, this.#clock.monotonic() - known.beganAt));
  }
}
