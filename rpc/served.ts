import path from 'node:path';
import { isLeft } from 'fp-ts/lib/Either.js';
import { MaglevError } from '../domain/errors.js';
import { formatRpcAddress, type ListenAddress, parseListenAddresses, type RpcAddress } from './address.js';

/** What maglevd serves, each at addresses of its own. */
export type Served = 'grpc' | 'http';

/** The same, and what maglevd-frontend serves. */
export type Offered = Served | 'web';

interface ServedWords {
  /** Within a sentence. */
  readonly what: string;
  /** The flag that names its addresses. */
  readonly flag: string;
  /** For an example, where nobody named a port. */
  readonly port: number;
}

export const servedWords: Readonly<Record<Offered, ServedWords>> = {
  grpc: { what: 'gRPC', flag: '--grpc-addr', port: 9090 },
  http: { what: 'HTTP', flag: '--http-addr', port: 9080 },
  web: { what: 'the dashboard', flag: '--listen', port: 8080 },
};

const anotherAddress = (served: Offered) => `choose another address with ${servedWords[served].flag}`;

/** How it is served to other machines, for the end of a sentence. */
const overTheNetwork =
  'serve TLS with --tls-cert and --tls-key, or allow it with --insecure: then whoever reaches the port governs the load balancer, as far as maglev.access does not say otherwise';

/** MGL_LISTEN for an address that others can reach, which plaintext must not be served on unasked. */
export function plaintextRefusal(
  address: RpcAddress & { kind: 'tcp' },
  served: Offered = 'grpc',
): MaglevError {
  const { what, flag } = servedWords[served];
  return new MaglevError(
    'MGL_LISTEN',
    `${formatRpcAddress(address)} can be reached from other machines, and without encryption ${what} is served on ` +
      'loopback addresses and unix sockets only',
    { advice: `Use ${flag} 127.0.0.1:${address.port} or a unix socket, ${overTheNetwork}.` },
  );
}

/** MGL_LISTEN for text that is no address; `why` is the sentence of parseRpcAddress. */
function unreadableRefusal(text: string, why: string, served: Offered = 'grpc'): MaglevError {
  const { flag, port } = servedWords[served];
  const host = /^[\w.-]+$/.test(text) && !/^\d+$/.test(text) ? text : '127.0.0.1';
  const example = `${host}:${port}`;
  const advice = `Write ${flag} with its port, as in ${example}, or as in unix:/run/vpp-maglev/${served}.sock.`;
  return new MaglevError('MGL_LISTEN', `cannot listen: ${why}`, { advice });
}

/** MGL_LISTEN for an address that we listen on ourselves already. */
export function ownRefusal(address: RpcAddress, taken: Offered, served: Offered): MaglevError {
  const reason = `${servedWords[taken].what} is served there`;
  return refusal(address, reason, `${capitalised(anotherAddress(served))}.`);
}

/** MGL_LISTEN for an address that the system does not give. */
export function systemRefusal(
  address: RpcAddress,
  cause: NodeJS.ErrnoException,
  served: Offered = 'grpc',
): MaglevError {
  const [reason, advice] = explained(address, cause, served);
  return refusal(address, reason, `${advice}.`, cause);
}

/** MGL_LISTEN in the usual words. */
export function refusal(
  address: RpcAddress,
  reason: string,
  advice: string,
  cause?: NodeJS.ErrnoException,
): MaglevError {
  const text = `cannot listen on ${formatRpcAddress(address)}: ${reason}`;
  return new MaglevError('MGL_LISTEN', text, cause === undefined ? { advice } : { advice, cause });
}

/** What happened, and what to do; without full stops. */
function explained(
  address: RpcAddress,
  cause: NodeJS.ErrnoException,
  served: Offered,
): readonly [string, string] {
  const unix = address.kind === 'unix';
  const another = anotherAddress(served);
  switch (cause.code) {
    case 'EADDRINUSE':
      return [
        'another process listens there',
        `End that process, which \`ss ${unix ? '-xlp' : '-tlnp'}\` names, or ${another}`,
      ];
    case 'EACCES':
    case 'EPERM':
      return address.kind === 'unix'
        ? [
            'permission denied',
            `Let the user of maglevd write to ${path.dirname(address.path)}, or ${another}`,
          ]
        : [
            'permission denied',
            `Ports below 1024 (net.ipv4.ip_unprivileged_port_start) need root or CAP_NET_BIND_SERVICE: give it, or choose a higher port with ${servedWords[served].flag}`,
          ];
    case 'EADDRNOTAVAIL':
      return [
        'this machine does not have that address',
        `Take one that \`ip address\` shows, or wait until it is there, or ${another}`,
      ];
    case 'EAFNOSUPPORT':
      return ['this machine has no addresses of that family', `Switch the family on, or ${another}`];
    case 'EROFS':
      return [
        'the file system can only be read',
        `Name a socket in a folder that can be written to, or ${another}`,
      ];
    default:
      return [cause.message, `Correct that, or ${another}`];
  }
}

function capitalised(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** Where something is served, out of the text of its flag; '', and of HTTP `none`, is nowhere. Throws MGL_LISTEN. */
export function placesOf(served: Offered, text: string): readonly ListenAddress[] {
  if (text === '' || (served === 'http' && text === 'none')) return [];
  const addresses = parseListenAddresses(text);
  if (isLeft(addresses)) throw unreadableRefusal(text, addresses.left, served);
  return addresses.right;
}

/** What maglevd is called by those who listen for it: in small letters, as the names of hosts are compared. */
export function namesIn(places: readonly ListenAddress[]): ReadonlySet<string> {
  return new Set(
    places.flatMap(({ address }) => (address.kind === 'tcp' ? [address.host.toLowerCase()] : [])),
  );
}
