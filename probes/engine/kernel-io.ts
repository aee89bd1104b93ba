import { readFileSync } from 'node:fs';
import { asMaglevError, MaglevError } from '../../domain/errors.js';
import type { DescriptorLedger } from '../../linux/descriptor.js';
import { napFor } from '../../linux/nap.js';
import { Poller } from '../../linux/poller.js';
import type { Clock } from '../../protocol/clock.js';
import { Pinger } from '../pinger.js';
import { SocketPool } from '../socket-pool.js';
import type { ProbeTarget } from '../target.js';
import { IcmpDriver } from './icmp-driver.js';
import { PlainDriver } from './plain-driver.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

/** The number by which the poller knows all sockets of pings. */
const PINGS = 0xffff_ffff;

/** How often idle sockets are looked through, and the range of ports is read, in milliseconds. */
const SWEEP_MS = 60_000;
const RANGE_MS = 1000;

/** What a thread probes with by bare descriptors. */
export class KernelIo {
  readonly pinger: Pinger;
  readonly #clock: Clock;
  readonly #ledger: DescriptorLedger;
  readonly #poller: Poller;
  readonly #pool: SocketPool;
  #plain: PlainDriver | null = null;
  /** Otherwise it looks for replies whenever somebody waits. */
  #watchesPings = true;
  #sweptAt: number;
  #rangeReadAt = Number.NEGATIVE_INFINITY;
  #range: readonly [from: number, to: number] = [1024, 65_535];

  /** Throws MGL_LINUX_UNSUPPORTED or a SyscallError where Linux cannot be asked directly. */
  constructor(clock: Clock, ledger: DescriptorLedger) {
    this.#clock = clock;
    this.#ledger = ledger;
    this.#sweptAt = clock.monotonic();
    const poller = new Poller();
    this.#poller = poller;
    ledger.opened(poller.fd);
    this.#pool = new SocketPool(poller, ledger);
    this.pinger = new Pinger(clock, {
      opened: (fd) => {
        ledger.opened(fd);
        this.#watchesPings &&= poller.add(fd, PINGS, true) >= 0;
      },
      closed: ledger.closed,
    });
  }

  driver(ended: Ended, behalf: Behalf): TargetDriver {
    const clock = this.#clock;
    const isEphemeral = (port: number) => this.#isEphemeral(port);
    const plain = new PlainDriver({ clock, pool: this.#pool, ended, behalf, isEphemeral });
    this.#plain = plain;
    return new ByKind(plain, new IcmpDriver(clock, this.pinger, ended, behalf), ended);
  }

  /** Begins what was started, or so much of it, and handles what was answered at once, if that is likely. Answers whether others wait to begin. */
  begin(most?: number): boolean {
    const more = this.#plain?.begin(most) === true;
    this.pinger.flush();
    if (this.#plain?.hopes === true || this.pinger.waits) this.look();
    return more;
  }

  /** Sleeps for so many milliseconds, or until something has come. */
  wait(ms: number): void {
    napFor(ms, this.#poller.fd);
  }

  /** Handles all that has come. */
  look(): void {
    let ponged = !this.#watchesPings;
    for (let more = true; more; ) {
      const count = this.#poller.wait(0);
      for (let i = 0; i < count; i++) {
        const number = this.#poller.numberAt(i);
        if (number === PINGS) ponged = true;
        else this.#plain?.changed(number, this.#poller.changesAt(i));
      }
      more = this.#poller.isFull(count);
    }
    this.#plain?.looked();
    if (ponged) this.pinger.turn();
    const now = this.#clock.monotonic();
    if (now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    this.#pool.sweep();
  }

  /** Lets go of the network namespace. */
  leave(): void {
    this.pinger.close();
    this.#pool.close();
    this.#rangeReadAt = Number.NEGATIVE_INFINITY;
  }

  close(): void {
    this.leave();
    this.#ledger.closed(this.#poller.fd);
    this.#poller.close();
  }

  #isEphemeral(port: number): boolean {
    const now = this.#clock.monotonic();
    if (now - this.#rangeReadAt > RANGE_MS) {
      this.#rangeReadAt = now;
      this.#range = ephemeralPorts();
    }
    const [from, to] = this.#range;
    return from <= port && port <= to;
  }
}

/** From which the kernel chooses our end of a connection, in the namespace of this thread. */
function ephemeralPorts(): readonly [number, number] {
  try {
    const [from = 1024, to = 65_535] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'latin1')
      .trim()
      .split(/\s+/)
      .map(Number);
    return [from, to];
  } catch {
    // Unknown: it looks more often than it must.
    return [1024, 65_535];
  }
}

/** The parts of `KernelIo`, by what a target asks for. A target that cannot be prepared is a doubt. */
class ByKind implements TargetDriver {
  readonly #plain: TargetDriver;
  readonly #icmp: TargetDriver;
  readonly #ended: Ended;
  readonly #drivers: (TargetDriver | undefined)[] = [];
  readonly #errors: (string | undefined)[] = [];

  constructor(plain: TargetDriver, icmp: TargetDriver, ended: Ended) {
    this.#plain = plain;
    this.#icmp = icmp;
    this.#ended = ended;
  }

  readonly know = (row: number, target: ProbeTarget): void => {
    const driver = target.probe.type === 'icmp' ? this.#icmp : this.#plain;
    this.#drivers[row] = driver;
    this.#errors[row] = undefined;
    try {
      driver.know(row, target);
    } catch (thrown) {
      this.#errors[row] = asMaglevError(thrown).message;
    }
  };

  readonly forget = (row: number): void => {
    this.#drivers[row]?.forget(row);
    this.#drivers[row] = undefined;
    this.#errors[row] = undefined;
  };

  readonly start = (row: number, now: number): void => {
    const detail = this.#errors[row];
    if (detail === undefined) this.#drivers[row]?.start(row, now);
    else this.#ended(row, { verdict: 'doubt', code: 'ENGINE', detail, durationMs: 0 });
  };

  readonly expire = (row: number): void => this.#drivers[row]?.expire(row);

  readonly abandon = (row: number): void => this.#drivers[row]?.abandon(row);
}

/** null where Linux cannot be asked directly, which costs speed only. */
export function openKernelIo(clock: Clock, ledger: DescriptorLedger): KernelIo | null {
  try {
    return new KernelIo(clock, ledger);
  } catch (thrown) {
    if (thrown instanceof MaglevError) return null;
    throw thrown;
  }
}
