import type { MessageDefinition } from '../../binapi/codec/message.js';
import { Writer } from '../../binapi/codec/writer.js';
import { ipRouteLookup } from '../../binapi/generated/ip.js';
import {
  lbAddDelAs,
  lbAddDelAsV2,
  lbAddDelIntfNat4,
  lbAddDelIntfNat6,
  lbAddDelVip,
  lbAddDelVipV2,
  lbAsDump,
  lbAsSetWeight,
  lbAsV2Dump,
  lbConf,
  lbConfGet,
  lbFlushVip,
  lbVipDump,
} from '../../binapi/generated/lb.js';
import {
  apiVersions,
  controlPing,
  getFirstMsgId,
  memclntKeepalive,
  sockclntCreate,
} from '../../binapi/generated/memclnt.js';
import { cliInband } from '../../binapi/generated/vlib.js';
import { logDump, showVersion, showVpeSystemTime } from '../../binapi/generated/vpe.js';
import { wireAddress } from '../../binapi/lb/wire-values.js';
import { ipBytes } from '../../domain/ip.js';
import type { SeededRandom } from '../../sim/random.js';
import { ip, type VipText, vipFields, vipRequest } from '../support/lb-requests.js';

/** A request that is right before it is mutated. */
export interface SampleRequest {
  readonly definition: MessageDefinition<unknown, never>;
  /** Bytes from the id on. */
  readonly bytes: Uint8Array;
}

const vips: readonly VipText[] = [
  '192.0.2.1/32 tcp 443',
  '192.0.2.1/32 udp 53',
  '192.0.2.0/24 any 0',
  '2001:db8::1/128 tcp 443',
  '2001:db8::/64 any 0',
  '0.0.0.0/0 any 0',
];
const servers = ['10.0.0.1', '10.0.0.2', '192.0.2.7', '2001:db8:a::1', '2001:db8::7', '::1'];
const commands = [
  'show lb',
  'show lb vips verbose',
  'show version verbose cmdline',
  'lb vip 192.0.2.1/32 protocol tcp port 443 encap gre4 new_len 64 src_ip_sticky',
  'lb as 192.0.2.1/32 protocol tcp port 443 10.0.0.1 10.0.0.2 weight 50 flush',
  'lb as 192.0.2.1/32 protocol tcp port 443 10.0.0.1 del flush',
  'lb conf ip4-src-address 10.0.0.9 ip6-src-address 2001:db8::9 buckets-log2 4 timeout 9',
  'lb flush vip 192.0.2.1/32 protocol tcp port 443',
  'lb set interface nat4 in local0 del',
  'lb vip 2001:db8::/64 encap gre6 del',
  'show maglev-vppsim writes',
];

/** Any request that the simulator serves, with an id that `idOf` knows. */
export function sampleRequest(
  random: SeededRandom,
  idOf: (definition: MessageDefinition<unknown, never>) => number,
  clientIndex: number,
): SampleRequest {
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)] as T;
  const vip = vipFields(pick(vips));
  const asAddress = wireAddress(ip(pick(servers)));
  const flag = () => random.below(3) === 0;
  const weight = random.below(256);
  const sample = <Input>(definition: MessageDefinition<unknown, Input>, fields: Input): SampleRequest => {
    const writer = new Writer();
    definition.encode(writer, { id: idOf(definition), clientIndex, context: 1 + random.below(1000) }, fields);
    return { definition, bytes: writer.take() };
  };
  switch (random.below(20)) {
    case 0:
      return sample(controlPing, {});
    case 1:
      return sample(showVersion, {});
    case 2:
      return sample(pick([apiVersions, memclntKeepalive, showVpeSystemTime, lbConfGet]), {});
    case 3:
      return random.below(2) === 0
        ? sample(getFirstMsgId, { name: 'lb_487dee0a' })
        : sample(logDump, { startTimestamp: 0 });
    case 4:
    case 5:
      return sample(cliInband, { cmd: pick(commands) });
    case 6:
      return sample(lbVipDump, { ...vip, pfxMatcher: { le: 0, ge: 0 } });
    case 7:
      return sample(pick([lbAsV2Dump, lbAsDump]), vip);
    case 8:
      return sample(lbConf, {
        ip4SrcAddress: ipBytes(ip('192.0.2.254')),
        ip6SrcAddress: ipBytes(ip('2001:db8::fe')),
        stickyBucketsPerCore: 2 ** random.below(8),
        flowTimeout: random.below(60),
      });
    case 9:
      return sample(lbFlushVip, vip);
    case 10:
      return random.below(2) === 0
        ? sample(pick([lbAddDelIntfNat4, lbAddDelIntfNat6]), { isAdd: flag(), swIfIndex: random.below(2) })
        : sample(ipRouteLookup, { tableId: 0, exact: random.below(2), prefix: vip.pfx });
    case 11:
      return sample(lbAddDelAs, { ...vip, asAddress, isDel: flag(), isFlush: flag() });
    case 12:
      return sample(lbAsSetWeight, { ...vip, asAddress, weight, isFlush: flag() });
    case 13:
      return sample(sockclntCreate, { name: 'fuzz' });
    case 14:
    case 15:
    case 16: {
      const options = { encap: random.below(6), newFlowsTableLength: 2 ** random.below(10), isDel: flag() };
      const { srcIpSticky, ...fields } = { ...vipRequest(pick(vips), options), ...vip };
      return random.below(3) === 0
        ? sample(lbAddDelVip, fields)
        : sample(lbAddDelVipV2, { ...fields, srcIpSticky });
    }
    default:
      return sample(lbAddDelAsV2, { ...vip, asAddress, weight, isDel: flag(), isFlush: flag() });
  }
}
