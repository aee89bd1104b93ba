import { cliInband } from '../../binapi/generated/vlib.js';
import type { RawVppClient } from '../support/raw-vpp-client.js';
import { type PacketBurst, packetsOf } from './packet-burst.js';

const STREAM = 'maglev';
const PATIENCE_MS = 10_000;

/**
 * Sends packets into a live VPP with the packet generator that every VPP has, at the place behind all interfaces, and
 * reads from VPP's trace which server the lb plugin gave each of them.
 */
export class PacketGenerator {
  readonly #client: RawVppClient;
  #interfacesBefore: ReadonlySet<string> | null = null;

  constructor(client: RawVppClient) {
    this.#client = client;
  }

  async send(burst: PacketBurst): Promise<(string | null)[]> {
    this.#interfacesBefore ??= await this.#interfaces();
    const packets = packetsOf(burst);
    await this.#run(streamOf(burst));
    try {
      await this.#run('clear trace');
      await this.#run(`trace add pg-input ${packets}`);
      await this.#run(`packet-generator enable-stream ${STREAM}`);
      await this.#sent();
      const trace = await this.#run(`show trace max ${packets}`);
      const servers = serversInTrace(trace);
      if (servers.length !== packets) throw new Error(`VPP traced ${servers.length} of ${packets} packets`);
      return servers;
    } finally {
      await this.#run(`packet-generator delete ${STREAM}`);
      await this.#run('clear trace');
    }
  }

  /** Deletes the interfaces that VPP made for the streams. */
  async close(): Promise<void> {
    const before = this.#interfacesBefore;
    if (before === null) return;
    for (const name of await this.#interfaces()) {
      if (!before.has(name)) await this.#run(`delete packet-generator interface ${name}`);
    }
  }

  async #sent(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!new RegExp(`^${STREAM} +No `, 'm').test(await this.#run('show packet-generator'))) {
      if (performance.now() > deadline) throw new Error('VPP did not send the packets');
    }
  }

  async #interfaces(): Promise<ReadonlySet<string>> {
    const text = await this.#run('show interface');
    return new Set([...text.matchAll(/^(pg\S+) /gm)].map(([, name]) => name as string));
  }

  async #run(cmd: string): Promise<string> {
    const { retval, reply } = await this.#client.call(cliInband, { cmd });
    if (retval !== 0) throw new Error(`${cmd}: ${reply}`);
    return reply;
  }
}

function streamOf(burst: PacketBurst): string {
  const { from, to, protocol, port = 0, sourcePorts: [first, last] = [0, 0], bytes } = burst;
  const name = protocol.toUpperCase();
  const ports = `${name}: ${first === last ? first : `${first} - ${last}`} -> ${port}`;
  return [
    'packet-generator new {',
    `  name ${STREAM}`,
    `  limit ${packetsOf(burst)}`,
    `  size ${bytes}-${bytes}`,
    '  interface local0',
    `  node ${to.includes(':') ? 'ip6-lookup' : 'ip4-lookup'}`,
    `  data { ${name}: ${from} -> ${to}`,
    `    ${protocol === 'icmp' ? 'ICMP echo_request' : ports}`,
    '    incrementing 8',
    '  }',
    '}',
  ].join('\n');
}

/** The last server that the plugin chose for each packet; index 0 is nobody. */
function serversInTrace(trace: string): (string | null)[] {
  return trace
    .split(/^Packet \d+$/m)
    .slice(1)
    .map((packet) => {
      const [, index, server = null] = [...packet.matchAll(/^lb as\[(\d+)\]: (\S+)/gm)].at(-1) ?? [];
      return index === '0' ? null : server;
    });
}
