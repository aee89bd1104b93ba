import { connectionGivenUp, connectionRefused, type ProbeFinding } from './probe-result.js';

/** What the network or the peer says by it, also where this machine says it for them. */
const theirs: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', connectionRefused],
  ...Object.entries(connectionGivenUp),
  ['EHOSTUNREACH', 'host unreachable'],
  ['EHOSTDOWN', 'host is down'],
  ['ENOPROTOOPT', 'protocol unreachable'],
]);

/** What the network says by it, when it has come from there. */
const fromAfar: ReadonlyMap<string, string> = new Map([
  ['ENETUNREACH', 'no route to the backend'],
  ['EACCES', 'forbidden by the network'],
  ['EPROTO', 'protocol error'],
  ['ENONET', 'host is not on the network'],
  ['EOPNOTSUPP', 'source route failed'],
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
  ['ENETUNREACH', 'this machine has no route to the backend'],
  ['ENODEV', 'the network interface is gone'],
  ['EAFNOSUPPORT', 'this machine does not support the address family'],
  ['EINVAL', 'the kernel does not accept the address'],
  ['EACCES', 'a policy of this machine forbids it'],
  ['EPERM', 'a firewall or policy of this machine forbids it'],
]);

/** here: the call that began it failed. network: it came back to the socket, later, as an ICMP message or a TCP reset. */
export type ErrorOrigin = 'here' | 'network';

/**
 * What an error of a socket says about the peer. Some mean two things: that this machine has no route to the backend, or
 * may not send to it, is trouble of this machine, which may concern every backend; when a router says so of itself, it
 * is news about the backend. An error that is not listed counts as ours, because what we do not understand must not
 * take a server out of service.
 */
export function readSocketError(errno: string, origin: ErrorOrigin): ProbeFinding {
  const detail = (origin === 'network' ? fromAfar.get(errno) : undefined) ?? theirs.get(errno);
  if (detail !== undefined) return { verdict: 'fail', code: 'L4CON', detail };
  if (errno === 'ETIMEDOUT') return { verdict: 'fail', code: 'L4TOUT', detail: 'connection timed out' };
  const code = errno === 'EACCES' || errno === 'EPERM' ? 'NOPERM' : 'SOCKERR';
  return { verdict: 'doubt', code, detail: `${ours.get(errno) ?? 'unexpected error'} (${errno})` };
}
