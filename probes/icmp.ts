import { formatDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';
import type { IpAddress } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import { SyscallError } from '../linux/libc.js';
import { socketAddress } from '../linux/socket-address.js';
import { Attempt } from './attempt.js';
import type { EchoHeard, Ping, Pinger } from './pinger.js';
import type { Probe, Surroundings } from './probe.js';
import { sourceMissing } from './refusal.js';
import type { ProbeTarget } from './target.js';

/** Passes when the reply to one ICMP echo request comes back. */
export function icmpProbe(target: ProbeTarget): Probe {
  const { address, timeoutMs } = target;
  return {
    description: `ping ${address} within ${formatDuration(timeoutMs)}`,
    run: (around, done) => {
      const attempt = new Attempt(around, timeoutMs, () => noReply(timeoutMs), done);
      send(attempt, around, target);
      return () => attempt.cancel();
    },
  };
}

const overflow: ProbeFinding = {
  verdict: 'doubt',
  code: 'SOCKERR',
  detail: 'more echo replies came than the socket could hold: raise net.core.rmem_max',
};

/** Nothing came until the deadline. */
export function silence(ping: Ping, { source, timeoutMs }: ProbeTarget): ProbeFinding {
  const deaf = ping.deaf();
  if (deaf === 'overflow') return overflow;
  // It is closed under a ping when the address that it sends from is gone.
  if (deaf === 'closed' && source !== null) return sourceMissing(source);
  return noReply(timeoutMs);
}

function noReply(timeoutMs: number): ProbeFinding {
  return { verdict: 'fail', code: 'L4TOUT', detail: `no echo reply within ${formatDuration(timeoutMs)}` };
}

function send(attempt: Attempt, around: Surroundings, target: ProbeTarget): void {
  // Results come later, never during the call that starts the probe.
  const failed = (finding: ProbeFinding) => void setImmediate(() => attempt.end(finding));
  const ping = sendEcho(around.pinger, target, socketAddress(target.address), {
    replied: () => attempt.end(echoReply),
    failed: (errno) => failed(notSent(errno)),
  });
  if ('verdict' in ping) {
    failed(ping);
    return;
  }
  attempt.release(() => ping.cancel());
  attempt.release(around.pace.wait());
  attempt.enter(() => silence(ping, target));
  around.pinger.flush();
}

export const echoReply: ProbeFinding = { verdict: 'pass', code: 'L4OK', detail: 'echo reply' };

/** Sends one request with the next flush() of the pinger, or says why that cannot be. `peer` is socketAddress() of the target. */
export function sendEcho(
  pinger: Pinger,
  { address, source }: ProbeTarget,
  peer: Uint8Array,
  heard: EchoHeard,
): Ping | ProbeFinding {
  try {
    return pinger.ping(address, peer, source, heard);
  } catch (thrown) {
    return notOpened(thrown, source);
  }
}

/** What it means that the kernel does not send a request. */
export function notSent(errno: string): ProbeFinding {
  return readSocketError(errno, 'here');
}

/** What it means that there is no socket to send from. */
function notOpened(thrown: unknown, source: IpAddress | null): ProbeFinding {
  if (!(thrown instanceof MaglevError)) throw thrown;
  if (thrown instanceof SyscallError && thrown.errno === 'EADDRNOTAVAIL' && source !== null) {
    return sourceMissing(source);
  }
  const code = thrown.code === 'MGL_ICMP_PERMISSION' ? 'NOPERM' : 'SOCKERR';
  return { verdict: 'doubt', code, detail: thrown.message };
}
