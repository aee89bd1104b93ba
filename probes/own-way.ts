import { MaglevError } from '../domain/errors.js';
import { type IpAddress, ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import type { DescriptorLedger } from '../linux/descriptor.js';
import { errnoName } from '../linux/libc.js';
import { type Link, RouteSocket } from '../linux/route-socket.js';
import { tcpSocket } from '../linux/tcp-socket.js';
import type { Clock } from '../protocol/clock.js';
import type { Pinger } from './pinger.js';
import { sourceMissing } from './refusal.js';
import type { ProbeTarget } from './target.js';

/** For how long the state of a link is believed, in milliseconds, when many servers fall silent together. */
const TRUST_MS = 10;

/**
 * The part of the way to a target that is this machine's own. It is looked at when nothing came back, because then
 * nothing may have gone out.
 */
export class OwnWay {
  readonly #clock: Clock;
  readonly #pinger: Pinger;
  readonly #ledger: DescriptorLedger;
  readonly #links = new Map<number, Link | null>();
  /** By device: how often its carrier had changed when it was looked at last, and until when a change may have been. */
  readonly #changes = new Map<number, { readonly count: number; readonly until: number }>();
  #linksReadAt = Number.NEGATIVE_INFINITY;
  #routing: RouteSocket | null = null;

  constructor(clock: Clock, pinger: Pinger, ledger: DescriptorLedger) {
    this.#clock = clock;
    this.#pinger = pinger;
    this.#ledger = ledger;
  }

  /**
   * Why nothing can go out to the target, or could not since `begunAt` (of the monotonic clock); null = nothing is known
   * against it.
   */
  trouble(target: ProbeTarget, begunAt: number): ProbeFinding | null {
    const { address, source } = target;
    try {
      const trouble = source === null ? null : sourceTrouble(source);
      if (trouble === null) return this.#linkTrouble(target, begunAt);
      // A socket goes on using an address that has left this machine; a new one is told.
      this.#pinger.closeFor(address, source);
      return trouble;
    } catch (thrown) {
      // Where Linux cannot be asked, or does not want to be.
      if (thrown instanceof MaglevError) return null;
      throw thrown;
    }
  }

  /** Lets go of the network namespace. What is asked next is asked where the thread is then. */
  close(): void {
    this.#links.clear();
    this.#changes.clear();
    if (this.#routing === null) return;
    this.#ledger.closed(this.#routing.fd);
    this.#routing.close();
    this.#routing = null;
  }

  /**
   * A device without carrier keeps its routes: what goes out by it is lost, to whatever target. When the cable leads to
   * nobody else, its other end may be what has failed, and then it is the target that is down. One that has its carrier
   * again may have lost what was sent before.
   */
  #linkTrouble({ address, source }: ProbeTarget, begunAt: number): ProbeFinding | null {
    const routing = this.#open();
    const device = routing.deviceTo(address, source);
    const link = device === null ? null : this.#link(routing, device);
    if (device === null || link === null) return null;
    const hasChanged = this.#changedUntil(device, link) >= begunAt;
    if ((link.running && !hasChanged) || routing.isAlone(address, source)) return null;
    const since = link.running ? 'was down meanwhile' : 'is down';
    return { verdict: 'doubt', code: 'SOCKERR', detail: `the link of ${link.name} ${since}` };
  }

  /** When its carrier may have come or gone last, as far as it was looked at before. */
  #changedUntil(device: number, { changes }: Link): number {
    const before = this.#changes.get(device);
    if (before?.count === changes) return before.until;
    const until = before === undefined ? Number.NEGATIVE_INFINITY : this.#clock.monotonic();
    this.#changes.set(device, { count: changes, until });
    return until;
  }

  #open(): RouteSocket {
    if (this.#routing === null) {
      this.#routing = new RouteSocket();
      this.#ledger.opened(this.#routing.fd);
    }
    return this.#routing;
  }

  #link(routing: RouteSocket, device: number): Link | null {
    const now = this.#clock.monotonic();
    if (now - this.#linksReadAt > TRUST_MS) {
      this.#links.clear();
      this.#linksReadAt = now;
    }
    const known = this.#links.get(device);
    if (known !== undefined) return known;
    const link = routing.link(device);
    this.#links.set(device, link);
    return link;
  }
}

/** Asks the kernel whether it still lets somebody send from the address. */
function sourceTrouble(source: IpAddress): ProbeFinding | null {
  const fd = tcpSocket.open(ipFamily(source));
  const result = fd < 0 ? fd : tcpSocket.bind(fd, source);
  if (fd >= 0) tcpSocket.close(fd);
  if (result >= 0) return null;
  const errno = errnoName(result);
  return errno === 'EADDRNOTAVAIL' ? sourceMissing(source) : readSocketError(errno, 'here');
}
