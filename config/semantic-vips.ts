import { type IpAddress, type IpFamily, ipFamily } from '../domain/ip.js';
import { quote } from '../domain/text.js';
import type { Finding } from './problem.js';
import type { ConfigFile, FileFrontend } from './schema.js';

/** What the frontends before this one do with an address. Each name is that of the first that does it. */
interface AddressUse {
  /** By protocol and port. */
  readonly services: Map<string, string>;
  allPorts: string | null;
  onePort: string | null;
  servers: { readonly frontend: string; readonly family: IpFamily } | null;
}

/** The rules between frontends: VPP keeps all VIPs of one address together. */
export function checkVips(file: ConfigFile): Finding[] {
  const uses = new Map<IpAddress, AddressUse>();
  const found: Finding[] = [];
  for (const [name, frontend] of file.frontends) {
    const use = uses.get(frontend.address) ?? {
      services: new Map(),
      allPorts: null,
      onePort: null,
      servers: null,
    };
    uses.set(frontend.address, use);
    const family = serverFamily(frontend, file);
    const message = conflict(frontend, family, use);
    if (message !== null) found.push({ path: ['maglev', 'frontends', name, 'address'], message });
    remember(name, frontend, family, use);
  }
  return [...found, ...checkServersAreNoVips(file, uses)];
}

/** The first rule that `frontend` breaks together with one before it on the same address. */
function conflict(frontend: FileFrontend, family: IpFamily | null, use: AddressUse): string | null {
  const { address, protocol, port } = frontend;
  const twin = use.services.get(`${protocol} ${port}`);
  if (twin !== undefined) {
    return `${quote(twin)} already has ${address} ${port === 0 ? 'with all ports' : `${protocol} port ${port}`}`;
  }
  const mixed = port === 0 ? use.onePort : use.allPorts;
  if (mixed !== null) {
    const [whole, part] = port === 0 ? ['this frontend', 'the other'] : ['the other', 'this frontend'];
    return (
      `${quote(mixed)} is on ${address} too, and ${whole} takes all ports while ${part} takes one: ` +
      'VPP has either a single frontend for all ports of an address, or one for each port'
    );
  }
  if (family === null || use.servers === null || use.servers.family === family) return null;
  return (
    `${quote(use.servers.frontend)} is on ${address} too, with IPv${use.servers.family} backends, and this ` +
    `frontend has IPv${family} ones: VPP has one kind of tunnel for an address`
  );
}

function remember(
  name: string,
  { protocol, port }: FileFrontend,
  family: IpFamily | null,
  use: AddressUse,
): void {
  const service = `${protocol} ${port}`;
  if (!use.services.has(service)) use.services.set(service, name);
  if (port === 0) use.allPorts ??= name;
  else use.onePort ??= name;
  if (family !== null) use.servers ??= { frontend: name, family };
}

/** The family of the first backend that exists; null when there is none. */
function serverFamily(frontend: FileFrontend, file: ConfigFile): IpFamily | null {
  for (const pool of frontend.pools) {
    for (const name of pool.backends.keys()) {
      const backend = file.backends.get(name);
      if (backend !== undefined) return ipFamily(backend.address);
    }
  }
  return null;
}

/**
 * VPP sends a server its packets in a GRE tunnel, addressed to the server. When that address is a VIP that takes all
 * ports, VPP takes the tunnel's packets as new flows of the VIP, wraps them again, and crashes. A VIP with a port
 * drops them, so that the server never gets one.
 */
function checkServersAreNoVips(file: ConfigFile, uses: ReadonlyMap<IpAddress, AddressUse>): Finding[] {
  const found: Finding[] = [];
  for (const [name, frontend] of file.frontends) {
    for (const [index, pool] of frontend.pools.entries()) {
      for (const member of pool.backends.keys()) {
        const address = file.backends.get(member)?.address;
        const use = address === undefined ? undefined : uses.get(address);
        if (use === undefined) continue;
        const vip = use.allPorts ?? use.onePort ?? name;
        const owner = vip === name ? 'this frontend itself' : `frontend ${quote(vip)}`;
        const effect =
          use.allPorts === null ? 'drop its packets' : 'wrap its packets in tunnels without end and crash';
        const message = `the backend's address ${address} is that of ${owner}: VPP would ${effect}`;
        found.push({ path: ['maglev', 'frontends', name, 'pools', index, 'backends', member], message });
      }
    }
  }
  return found;
}
