import { MaglevError } from '../domain/errors.js';
import { type IpAddress, ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import { errnoName } from '../linux/errno.js';
import { tcpSocket } from '../linux/tcp-socket.js';
import { wayOut } from '../linux/way-out.js';
import type { Pinger } from './pinger.js';
import { sourceMissing } from './refusal.js';
import type { ProbeTarget } from './target.js';

/**
 * The part of the way to a target that is this machine's own. It is looked at when nothing came back, because then
 * nothing may have gone out.
 */
export class OwnWay {
  readonly #pinger: Pinger;

  constructor(pinger: Pinger) {
    this.#pinger = pinger;
  }

  /** Why nothing can go out to the target; null = nothing is known against it. */
  trouble(target: ProbeTarget): ProbeFinding | null {
    const { address, source } = target;
    try {
      const trouble = source === null ? null : sourceTrouble(source);
      if (trouble === null) return linkTrouble(target);
      // A socket goes on using an address that has left this machine; a new one is told.
      this.#pinger.closeFor(address, source);
      return trouble;
    } catch (thrown) {
      // Where Linux cannot be asked directly.
      if (thrown instanceof MaglevError) return null;
      throw thrown;
    }
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

/**
 * A device without carrier keeps its routes: what goes out by it is lost, to whatever target. When the cable leads to
 * nobody else, its other end may be what has failed, and then it is the target that is down.
 */
function linkTrouble({ address, source }: ProbeTarget): ProbeFinding | null {
  const way = wayOut(address, source);
  if (way === null || way.running || way.private) return null;
  return { verdict: 'doubt', code: 'SOCKERR', detail: `the link of ${way.device} is down` };
}
