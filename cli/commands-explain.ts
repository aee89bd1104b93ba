import { MaglevError } from '../domain/errors.js';
import type { ExplainFlowResponse, FlowServer } from '../rpc/generated/maglev.js';
import { type Command, success } from './command.js';
import { backendChain } from './explain-backend.js';
import { fields } from './layout.js';
import type { Line } from './text.js';

export const explainCommands: readonly Command[] = [
  {
    usage: 'explain flow <source> <source-port> <vip> <port> [<protocol>]',
    slots: { protocol: 'protocol', source: 'address', vip: 'address', port: 'port', 'source-port': 'port' },
    json: 'ExplainFlowResponse',
    help: 'where VPP sends a new flow: hash, bucket, server, and where it would go if that server left',
    run: async ({ client }, slots) => {
      const response = await (await client()).explainFlow({
        source: slots['source'] ?? '',
        sourcePort: portOf(slots['source-port'] ?? ''),
        destination: slots['vip'] ?? '',
        destinationPort: portOf(slots['port'] ?? ''),
        protocol: protocolOf(slots['protocol'] ?? 'tcp'),
      });
      return success(flowText(response), response);
    },
  },
  {
    usage: 'explain backend <name>',
    slots: { name: 'backend' },
    json: 'an object with `backend`, a `BackendInfo`, and `frontends`, a list of `FrontendInfo`',
    help: 'why its weights are what they are: from the last probe over counter, operators and pools to what VPP has',
    run: async ({ client, clock }, { name = '' }) => {
      const maglevd = await client();
      const backend = await maglevd.getBackend(name);
      const frontends = await Promise.all(backend.frontends.map((one) => maglevd.getFrontend(one)));
      return success(backendChain(backend, frontends, clock.now()), { backend, frontends });
    },
  },
];

const protocols: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, icmp6: 58 };

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff) return Number(text);
  throw new MaglevError('MGL_USAGE', `'${text}' is no port: use a whole number from 0 to 65535`);
}

function protocolOf(text: string): number {
  const number = protocols[text] ?? (/^\d{1,3}$/.test(text) ? Number(text) : -1);
  if (number >= 0 && number <= 255) return number;
  throw new MaglevError('MGL_USAGE', `'${text}' is no protocol: tcp, udp, icmp, icmp6 or a number`);
}

function flowText(flow: ExplainFlowResponse): Line[] {
  const { prefix, protocol, port, hash, bucket, tableLength, srcIpSticky, server, otherwise } = flow;
  const hashed = srcIpSticky ? 'addresses' : 'addresses and ports';
  return fields([
    ['vip', `${prefix} protocol ${protocol} port ${port}`],
    ['hash', `0x${hash.toString(16).padStart(8, '0')} of ${hashed}`],
    ['bucket', tableLength === 0 ? 'none' : `${bucket} of ${tableLength}`],
    ['server', serverText(server)],
    ['if-it-left', server === undefined ? 'nobody either' : serverText(otherwise)],
    ['note', 'a flow that VPP remembers stays where it is; this is where VPP sends a new one'],
  ]);
}

function serverText(server: FlowServer | undefined): string {
  if (server === undefined) return 'nobody: no server has weight, and VPP drops it';
  const names = server.backends.length === 0 ? 'no backend has this address' : server.backends.join(', ');
  return `${server.address} (${names})`;
}
