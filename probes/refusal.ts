import { formatDuration } from '../domain/duration.js';
import type { IpAddress } from '../domain/ip.js';
import { connectionGivenUp, type ProbeFinding } from '../domain/probe-result.js';
import { type ErrorOrigin, readSocketError } from '../domain/socket-error.js';
import type { ProbeTarget } from './target.js';

/** What the deadline means while connecting. */
export function noAnswer({ timeoutMs }: ProbeTarget): ProbeFinding {
  return { verdict: 'fail', code: 'L4TOUT', detail: `no answer within ${formatDuration(timeoutMs)}` };
}

/** A source address that nothing can be sent from. */
export function sourceMissing(source: IpAddress): ProbeFinding {
  const detail = `source address ${source} is not on this machine (EADDRNOTAVAIL)`;
  return { verdict: 'doubt', code: 'SOCKERR', detail };
}

/**
 * An address that no probe can reach, because it is one on every link, and none is named; null = any other. The kernel
 * refuses it; newer releases of Node choose a link by themselves, and would wait for somebody there.
 */
export function withoutLink({ address }: ProbeTarget): ProbeFinding | null {
  if (!isLinkLocal(address)) return null;
  const detail = `${address} is a link-local address, which needs an interface: use a routed one`;
  return { verdict: 'doubt', code: 'SOCKERR', detail };
}

export interface ConnectionError {
  /** As ECONNREFUSED. */
  readonly errno: string;
  /** The one that failed, if known. */
  readonly syscall: string | undefined;
  readonly origin: ErrorOrigin;
}

/**
 * A connection can only be broken like that when it was there (a SYN that is answered by a reset is ECONNREFUSED). When
 * we look is a matter of chance: the verdict must not be.
 */
export function provesConnected(errno: string): boolean {
  return Object.hasOwn(connectionGivenUp, errno);
}

/** What it means that a connection could not be made. */
export function refusal({ errno, syscall, origin }: ConnectionError, { source }: ProbeTarget): ProbeFinding {
  if (errno === 'EADDRNOTAVAIL' && syscall === 'bind' && source !== null) {
    return sourceMissing(source);
  }
  return readSocketError(errno, origin);
}

/**
 * Is our own end of a connection its other end, too? If nobody listens on a port of this machine, and the kernel
 * happens to choose that same port for our end, the connection meets itself and succeeds.
 */
export function isOurself(
  { address }: ProbeTarget,
  port: number,
  local: { readonly port: number | undefined; readonly address: () => string | undefined },
): boolean {
  return local.port === port && local.address() === address;
}

function isLinkLocal(address: IpAddress): boolean {
  return /^fe[89ab]/.test(address);
}
