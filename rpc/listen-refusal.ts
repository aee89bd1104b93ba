import path from 'node:path';
import { MaglevError } from '../domain/errors.js';
import { formatRpcAddress, type RpcAddress } from './address.js';

const anotherAddress = 'choose another address with --grpc-addr';

/** How gRPC is served to other machines, for the end of a sentence. */
const overTheNetwork =
  'serve TLS with --tls-cert and --tls-key, or allow it with --insecure: then whoever reaches the port governs the load balancer, as far as maglev.access does not say otherwise';

/** MGL_LISTEN for an address that others can reach, which plaintext must not be served on unasked. */
export function plaintextRefusal(address: RpcAddress & { kind: 'tcp' }): MaglevError {
  return new MaglevError(
    'MGL_LISTEN',
    `${formatRpcAddress(address)} can be reached from other machines, and without encryption gRPC is served on ` +
      'loopback addresses and unix sockets only',
    { advice: `Use --grpc-addr 127.0.0.1:${address.port} or a unix socket, ${overTheNetwork}.` },
  );
}

/** MGL_LISTEN for text that is no address; `why` is the sentence of parseRpcAddress. */
export function unreadableRefusal(text: string, why: string): MaglevError {
  const example = /^[\w.-]+$/.test(text) && !/^\d+$/.test(text) ? `${text}:9090` : '127.0.0.1:9090';
  const advice = `Write --grpc-addr with its port, as in ${example}, or as in unix:/run/vpp-maglev/grpc.sock.`;
  return new MaglevError('MGL_LISTEN', `cannot listen: ${why}`, { advice });
}

/** MGL_LISTEN for an address that the system does not give. */
export function systemRefusal(address: RpcAddress, cause: NodeJS.ErrnoException): MaglevError {
  const [reason, advice] = explained(address, cause);
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
function explained(address: RpcAddress, cause: NodeJS.ErrnoException): readonly [string, string] {
  const unix = address.kind === 'unix';
  switch (cause.code) {
    case 'EADDRINUSE':
      return [
        'another process listens there',
        `End that process, which \`ss ${unix ? '-xlp' : '-tlnp'}\` names, or ${anotherAddress}`,
      ];
    case 'EACCES':
    case 'EPERM':
      return address.kind === 'unix'
        ? [
            'permission denied',
            `Let the user of maglevd write to ${path.dirname(address.path)}, or ${anotherAddress}`,
          ]
        : [
            'permission denied',
            `Ports below 1024 (net.ipv4.ip_unprivileged_port_start) need root or CAP_NET_BIND_SERVICE: give it, or choose a higher port with --grpc-addr`,
          ];
    case 'EADDRNOTAVAIL':
      return [
        'this machine does not have that address',
        `Take one that \`ip address\` shows, or wait until it is there, or ${anotherAddress}`,
      ];
    case 'EAFNOSUPPORT':
      return ['this machine has no addresses of that family', `Switch the family on, or ${anotherAddress}`];
    case 'EROFS':
      return [
        'the file system can only be read',
        `Name a socket in a folder that can be written to, or ${anotherAddress}`,
      ];
    default:
      return [cause.message, `Correct that, or ${anotherAddress}`];
  }
}
