import { type IpAddress, ipBytes, ipFamily } from '../domain/ip.js';
import { closeDescriptor } from './descriptor.js';
import { libcFunction, succeeded } from './libc.js';
import { addressFamily } from './socket-address.js';

// <sys/socket.h>, <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if.h>
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const NLM_F_REQUEST = 1;
const NLMSG_ERROR = 2;
const RTM_GETLINK = 18;
const RTM_GETROUTE = 26;
const RTM_F_FIB_MATCH = 0x2000;
const RTN_UNICAST = 1;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_VIA = 18;
const IFLA_IFNAME = 3;
const IFLA_EXT_MASK = 29;
const IFLA_CARRIER_CHANGES = 35;
const RTEXT_FILTER_SKIP_STATS = 8;
const IFF_RUNNING = 0x40;
const IFF_LOWER_UP = 0x10000;

/** struct nlmsghdr: u32 length, u16 type, u16 flags, u32 sequence, u32 port. */
const NLMSG = 16;
/** struct rtmsg: u8 family, destination's length, source's, TOS, table, protocol, scope, type; u32 flags. */
const RTMSG = 12;
/** struct ifinfomsg: u8 family, padding, u16 type, s32 index, u32 flags, u32 mask. */
const IFINFOMSG = 16;

const socket = libcFunction('int socket(int domain, int type, int protocol)');
const send = libcFunction('long send(int fd, void *data, size_t size, int flags)');
const recv = libcFunction('long recv(int fd, void *data, size_t size, int flags)');

const reply = Buffer.from(new ArrayBuffer(16 * 1024));

/** A network device. */
export interface Link {
  readonly name: string;
  /**
   * Can it send? False when it has no carrier, as with a cable that is out. Devices that know no carrier always can.
   */
  readonly running: boolean;
  /** How often its carrier has come or gone. */
  readonly changes: number;
}

/** A subnet has room for one other machine at most, from this length on. */
const loneliest = { 4: 30, 6: 126 } as const;

/** Asks about the routing of the network namespace in which it was made. null is answered for what it cannot find out. */
export class RouteSocket {
  readonly fd: number;
  #sequence = 0;

  /** Throws MGL_LINUX_UNSUPPORTED or a SyscallError. */
  constructor() {
    const type = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = succeeded('open a routing socket', socket(AF_NETLINK, type, NETLINK_ROUTE));
  }

  /**
   * The index of the device by which packets to an address leave, from `source` (null = any address). null also when
   * they stay on this machine, and when there is no such route.
   */
  deviceTo(to: IpAddress, source: IpAddress | null): number | null {
    const route = this.#route(to, source, 0);
    if (route === null || route.type !== RTN_UNICAST) return null;
    return route.attributes.get(RTA_OIF)?.readInt32LE() ?? null;
  }

  /** Does the route lead to no other machine? So it is with a host route to a device, and with a cable between two. */
  isAlone(to: IpAddress, source: IpAddress | null): boolean {
    const entry = this.#route(to, source, RTM_F_FIB_MATCH);
    if (entry === null || entry.attributes.has(RTA_GATEWAY) || entry.attributes.has(RTA_VIA)) return false;
    return entry.attributes.has(RTA_OIF) && entry.destinationLength >= loneliest[ipFamily(to)];
  }

  /** The flags of netdevice(7), more than an ioctl can tell: IFF_RUNNING alone may be a second behind the carrier. */
  link(index: number): Link | null {
    const extent = Buffer.from(new ArrayBuffer(4));
    extent.writeUInt32LE(RTEXT_FILTER_SKIP_STATS);
    const header = Buffer.from(new ArrayBuffer(IFINFOMSG));
    header.writeInt32LE(index, 4);
    const answer = this.#talk(RTM_GETLINK, header, [[IFLA_EXT_MASK, extent]]);
    const name = answer?.attributes.get(IFLA_IFNAME);
    if (!answer || name === undefined) return null;
    const flags = answer.header.readUInt32LE(8);
    const running = (flags & IFF_RUNNING) !== 0 && (flags & IFF_LOWER_UP) !== 0;
    const changes = answer.attributes.get(IFLA_CARRIER_CHANGES)?.readUInt32LE() ?? 0;
    return { name: name.toString('latin1', 0, name.length - 1), running, changes };
  }

  close(): void {
    closeDescriptor(this.fd);
  }

  #route(to: IpAddress, source: IpAddress | null, flags: number): Route | null {
    const bytes = ipBytes(to);
    const header = Buffer.from(new ArrayBuffer(RTMSG));
    header[0] = addressFamily(ipFamily(to));
    header[1] = bytes.length * 8;
    header[2] = source === null ? 0 : bytes.length * 8;
    header.writeUInt32LE(flags, 8);
    const addresses: Attribute[] = [[RTA_DST, bytes]];
    if (source !== null) addresses.push([RTA_SRC, ipBytes(source)]);
    const answer = this.#talk(RTM_GETROUTE, header, addresses);
    if (answer === null) return null;
    const { header: route, attributes } = answer;
    return { type: route[7] ?? 0, destinationLength: route[1] ?? 0, attributes };
  }

  /** One request, which the kernel answers during send(); null = it refuses. */
  #talk(type: number, header: Uint8Array, attributes: readonly Attribute[]): Answer | null {
    const sequence = ++this.#sequence >>> 0;
    const request = encodeRequest(type, sequence, header, attributes);
    if (send(this.fd, request, request.length, 0) < 0) return null;
    const start = NLMSG + header.length;
    for (;;) {
      const length = recv(this.fd, reply, reply.length, 0);
      if (length < NLMSG) return null;
      if (reply.readUInt32LE(8) !== sequence) continue;
      if (length < start || reply.readUInt16LE(4) === NLMSG_ERROR) return null;
      return {
        header: reply.subarray(NLMSG, start),
        attributes: attributesOf(reply.subarray(start, length)),
      };
    }
  }
}

interface Route {
  readonly type: number;
  readonly destinationLength: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

type Attribute = readonly [type: number, value: Uint8Array];

interface Answer {
  /** The struct that has the same place as that of the request. Valid until the next one. */
  readonly header: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

function encodeRequest(
  type: number,
  sequence: number,
  header: Uint8Array,
  attributes: readonly Attribute[],
): Uint8Array {
  const size = attributes.reduce((sum, [, value]) => sum + 4 + value.length, NLMSG + header.length);
  const request = Buffer.from(new ArrayBuffer(size));
  request.writeUInt32LE(size, 0);
  request.writeUInt16LE(type, 4);
  request.writeUInt16LE(NLM_F_REQUEST, 6);
  request.writeUInt32LE(sequence, 8);
  request.set(header, NLMSG);
  let at = NLMSG + header.length;
  for (const [type, value] of attributes) {
    request.writeUInt16LE(4 + value.length, at);
    request.writeUInt16LE(type, at + 2);
    request.set(value, at + 4);
    at += 4 + value.length;
  }
  return request;
}

/** struct rtattr: u16 length with this header, u16 type; then the value, padded to four bytes. */
function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    if (length < 4) break;
    attributes.set(bytes.readUInt16LE(at + 2), bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return attributes;
}
