import type { FibPath } from '../../binapi/generated/fib-types.js';
import {
  type IpRoute,
  type IpRouteLookup,
  type IpRouteLookupReply,
  ipRouteLookup,
} from '../../binapi/generated/ip.js';
import { AddressFamily, type AddressWithPrefix } from '../../binapi/generated/ip-types.js';
import { SimulatedCrash } from '../lb/crash.js';
import type { Fib, FoundRoute } from '../lb/fib.js';
import { normalisePrefix } from '../lb/ip46.js';
import { RETVAL, type Retval } from '../lb/retval.js';
import type { Vpp } from '../vpp.js';
import { type Handler, onCall } from './handler.js';
import { decodeAddress, decodePrefixLength } from './wire-ip46.js';

/** The only table that there is. */
const TABLE = 0;
/** Behind its table for 32 bits VPP finds some that are empty, then memory that is something else. */
const IP4_LENGTH_SURVIVED = 40;
/** Longer ones are found empty again, if no others are looked at. */
const EXACT_IP4_LENGTH_LETHAL = 42;

/** `ip_route_lookup`: the route to exactly a prefix, or the longest one that covers it. */
export function routeLookupHandler(vpp: Vpp): Handler {
  return onCall(ipRouteLookup, (request) => answer(vpp.lb.state.fib, request));
}

/** Throws SimulatedCrash. */
function answer(fib: Fib, { tableId, exact, prefix: asked }: IpRouteLookup): IpRouteLookupReply {
  if (tableId !== TABLE) return refusal(RETVAL.NO_SUCH_FIB);
  const prefix = decodePrefix(asked);
  checkLength(prefix, exact !== 0);
  const shortest = exact === 0 ? 0 : prefix.len;
  for (let len = prefix.len; len >= shortest; len--) {
    const covering = { ...prefix, len };
    const found = routeTo(fib, covering);
    if (found === null) continue;
    return {
      retval: RETVAL.OK,
      route: {
        tableId,
        statsIndex: found.loadBalance,
        prefix: encode(covering),
        paths: [pathOf(prefix, found.drops)],
      },
    };
  }
  return refusal(RETVAL.NO_SUCH_ENTRY);
}

/** An address of no known family is that of IPv4 which is all zero. */
function decodePrefix({ address, len }: AddressWithPrefix): AddressWithPrefix {
  if (address.af === AddressFamily.ADDRESS_IP4 || address.af === AddressFamily.ADDRESS_IP6) {
    return { address, len };
  }
  return { address: { af: AddressFamily.ADDRESS_IP4, un: new Uint8Array(16) }, len };
}

/** VPP has one table for each length of IPv4, and does not check whether the length asked for has one. */
function checkLength({ address, len }: AddressWithPrefix, exact: boolean): void {
  if (address.af !== AddressFamily.ADDRESS_IP4 || len <= IP4_LENGTH_SURVIVED) return;
  if (exact && len > EXACT_IP4_LENGTH_LETHAL) return;
  throw new SimulatedCrash('ip4-prefix-length', `a lookup of ${len} bits`);
}

/** Host bits do not matter. */
function routeTo(fib: Fib, prefix: AddressWithPrefix): FoundRoute | null {
  const address = decodeAddress(prefix.address, 'zeroed');
  const family = prefix.address.af === AddressFamily.ADDRESS_IP4 ? 4 : 6;
  return fib.routeTo(family, normalisePrefix(address, decodePrefixLength(prefix)), prefix.len);
}

function encode(prefix: AddressWithPrefix): AddressWithPrefix {
  const { af, un } = prefix.address;
  const bits = af === AddressFamily.ADDRESS_IP4 ? 32 : 128;
  const kept = un.map((byte, i) => {
    const keep = Math.min(8, Math.max(0, Math.min(prefix.len, bits) - i * 8));
    return byte & (0xff00 >> keep) & 0xff;
  });
  return { address: { af, un: kept }, len: prefix.len };
}

const NORMAL = 0;
const DROP = 2;

/** As there are no interfaces, every path drops, is link-local, or is that of a VIP, which is a matter of the plugin. */
function pathOf({ address }: AddressWithPrefix, drops: boolean): FibPath {
  return {
    swIfIndex: 0xffffffff,
    tableId: 0,
    rpfId: 0,
    weight: 1,
    preference: 0,
    type: drops ? DROP : NORMAL,
    flags: 0,
    proto: address.af,
    nh: { address: new Uint8Array(16), viaLabel: 0, objId: 0, classifyTableIndex: 0 },
    nLabels: 0,
    labelStack: Array.from({ length: 16 }, () => ({ isUniform: 0, label: 0, ttl: 0, exp: 0 })),
  };
}

function refusal(retval: Retval): IpRouteLookupReply {
  const nowhere: IpRoute = {
    tableId: 0,
    statsIndex: 0,
    prefix: { address: { af: AddressFamily.ADDRESS_IP4, un: new Uint8Array(16) }, len: 0 },
    paths: [],
  };
  return { retval, route: nowhere };
}
