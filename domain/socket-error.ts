import { connectionRefused, type ProbeFinding } from './probe-result.js';

/** What the network or the peer says by it. */
const theirs: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', connectionRefused],
  ['ECONNRESET', 'connection reset by peer'],
  ['ECONNABORTED', 'connection aborted'],
  ['EPIPE', 'connection closed by peer'],
  ['EHOSTUNREACH', 'host unreachable'],
  ['EHOSTDOWN', 'host is down'],
  ['ENOPROTOOPT', 'protocol unreachable'],
]);

/** What this machine says by it. */
const ours: ReadonlyMap<string, string> = new Map([
  ['EMFILE', 'this process has no file descriptor left'],
  ['ENFILE', 'this machine has no file descriptor left'],
  ['ENOBUFS', 'this machine has no buffer space left'],
  ['ENOMEM', 'this machine has no memory left'],
  ['EADDRNOTAVAIL', 'the source address is not on this machine, or has no port left'],
  ['EADDRINUSE', 'the source address has no port left'],
  ['EAGAIN', 'this machine has no resources left for a connection'],
  ['ENETDOWN', 'the network of this machine is down'],
  ['ENODEV', 'the network interface is gone'],
  ['EAFNOSUPPORT', 'this machine does not support the address family'],
  ['EINVAL', 'the kernel does not accept the address'],
  ['EACCES', 'a policy of this machine or of the network forbids it'],
  ['EPERM', 'a firewall or policy of this machine forbids it'],
]);

/**
 * What an error of a socket call says about the peer. ENETUNREACH depends on `routed`: does this machine have a
 * route to anywhere? If so, the network knows no way to this backend, which is news about the backend (a routing
 * protocol withdrew it); if not, our own uplink is gone. An error that is not listed counts as ours, because what we
 * do not understand must not take a server out of service.
 */
export function readSocketError(errno: string, routed: () => boolean): ProbeFinding {
  if (errno === 'ENETUNREACH' && routed()) return refusal('no route to the backend');
  const detail = theirs.get(errno);
  if (detail !== undefined) return refusal(detail);
  if (errno === 'ETIMEDOUT') return { verdict: 'fail', code: 'L4TOUT', detail: 'connection timed out' };
  const words =
    errno === 'ENETUNREACH'
      ? 'this machine has no route to anywhere'
      : (ours.get(errno) ?? 'unexpected error');
  const code = errno === 'EACCES' || errno === 'EPERM' ? 'NOPERM' : 'SOCKERR';
  return { verdict: 'doubt', code, detail: `${words} (${errno})` };
}

function refusal(detail: string): ProbeFinding {
  return { verdict: 'fail', code: 'L4CON', detail };
}
