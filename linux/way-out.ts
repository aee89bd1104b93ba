import { type IpAddress, ipBytes, ipFamily } from '../domain/ip.js';
import { closeDescriptor } from './descriptor.js';
import { libcFunction } from './libc.js';
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

/** A way that packets take from here. */
export interface WayOut {
  /** The name of the device by which they leave. */
  readonly device: string;
  /**
   * Can the device send? False when it has no carrier, as with a cable that is out. Devices that know no carrier always
   * can.
   */
  readonly running: boolean;
  /** Does the route lead to no other machine? So it is with a host route to a device, and a cable between two. */
  readonly private: boolean;
}

/**
 * Asks the routing of the calling thread's network namespace how packets get from `source` (null = any address) to an
 * address. null when they do not leave this machine, when there is no such route, or when it cannot be found out.
 * Throws MGL_LINUX_UNSUPPORTED.
 */
export function wayOut(to: IpAddress, source: IpAddress | null): WayOut | null {
  const fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return null;
  try {
    const route = ask(fd, to, source, 0);
    if (route === null || route.type !== RTN_UNICAST) return null;
    const index = route.attributes.get(RTA_OIF)?.readInt32LE();
    const device = index === undefined ? null : deviceOf(fd, index);
    if (device === null) return null;
    return { ...device, private: !device.running && isPrivate(fd, to, source) };
  } finally {
    closeDescriptor(fd);
  }
}

/** A subnet has room for one other machine at most, from this length on. */
const loneliest = { 4: 30, 6: 126 } as const;

function isPrivate(fd: number, to: IpAddress, source: IpAddress | null): boolean {
  const entry = ask(fd, to, source, RTM_F_FIB_MATCH);
  if (entry === null || entry.attributes.has(RTA_GATEWAY) || entry.attributes.has(RTA_VIA)) return false;
  return entry.attributes.has(RTA_OIF) && entry.destinationLength >= loneliest[ipFamily(to)];
}

interface Route {
  readonly type: number;
  readonly destinationLength: number;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

function ask(fd: number, to: IpAddress, source: IpAddress | null, flags: number): Route | null {
  const bytes = ipBytes(to);
  const header = Buffer.from(new ArrayBuffer(RTMSG));
  header[0] = addressFamily(ipFamily(to));
  header[1] = bytes.length * 8;
  header[2] = source === null ? 0 : bytes.length * 8;
  header.writeUInt32LE(flags, 8);
  const addresses: Attribute[] = [[RTA_DST, bytes]];
  if (source !== null) addresses.push([RTA_SRC, ipBytes(source)]);
  const answer = talk(fd, RTM_GETROUTE, header, addresses);
  if (answer === null) return null;
  const { header: route, attributes } = answer;
  return { type: route[7] ?? 0, destinationLength: route[1] ?? 0, attributes };
}

type Attribute = readonly [type: number, value: Uint8Array];

interface Answer {
  /** The struct that has the same place as that of the request. Valid until the next one. */
  readonly header: Buffer;
  readonly attributes: ReadonlyMap<number, Buffer>;
}

/** One request, which the kernel answers during send(); null = it refuses. */
function talk(fd: number, type: number, header: Uint8Array, attributes: readonly Attribute[]): Answer | null {
  const size = attributes.reduce((sum, [, value]) => sum + 4 + value.length, NLMSG + header.length);
  const request = Buffer.from(new ArrayBuffer(size));
  request.writeUInt32LE(size, 0);
  request.writeUInt16LE(type, 4);
  request.writeUInt16LE(NLM_F_REQUEST, 6);
  request.set(header, NLMSG);
  let at = NLMSG + header.length;
  for (const [type, value] of attributes) {
    request.writeUInt16LE(4 + value.length, at);
    request.writeUInt16LE(type, at + 2);
    request.set(value, at + 4);
    at += 4 + value.length;
  }
  if (send(fd, request, size, 0) < 0) return null;
  const length = recv(fd, reply, reply.length, 0);
  const start = NLMSG + header.length;
  if (length < start || reply.readUInt16LE(4) === NLMSG_ERROR) return null;
  return { header: reply.subarray(NLMSG, start), attributes: attributesOf(reply.subarray(start, length)) };
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

/** The flags of netdevice(7), more than an ioctl can tell: IFF_RUNNING alone may be a second behind the carrier. */
function deviceOf(fd: number, index: number): { device: string; running: boolean } | null {
  const extent = Buffer.from(new ArrayBuffer(4));
  extent.writeUInt32LE(RTEXT_FILTER_SKIP_STATS);
  const header = Buffer.from(new ArrayBuffer(IFINFOMSG));
  header.writeInt32LE(index, 4);
  const answer = talk(fd, RTM_GETLINK, header, [[IFLA_EXT_MASK, extent]]);
  if (answer === null || answer.header.readInt32LE(4) !== index) return null;
  const name = answer.attributes.get(IFLA_IFNAME);
  const flags = answer.header.readUInt32LE(8);
  const running = (flags & IFF_RUNNING) !== 0 && (flags & IFF_LOWER_UP) !== 0;
  return name === undefined ? null : { device: name.toString('latin1', 0, name.length - 1), running };
}
