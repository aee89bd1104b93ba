import path from 'node:path';
import { MaglevError } from '../domain/errors.js';
import { formatRpcAddress, type RpcAddress } from './address.js';
import { type Offered, servedWords } from './served.js';

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
export function unreadableRefusal(text: string, why: string, served: Offered = 'grpc'): MaglevError {
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
