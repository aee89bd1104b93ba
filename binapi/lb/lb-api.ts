import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { ipFromBytes } from '../../domain/ip.js';
import type { LbConf, LbOperation, LbState, VipKey, VipState } from '../../domain/lb.js';
import { vipId } from '../../domain/lb.js';
import type { LbIndexes } from '../../domain/lb-counters.js';
import type { ApiClient } from '../api-client.js';
import type { AnyMessage } from '../codec/message.js';
import {
  type LbConfGetReply,
  lbAsV2Details,
  lbAsV2Dump,
  lbConfGet,
  lbConfGetReply,
  lbVipDetails,
  lbVipDump,
} from '../generated/lb.js';
import { controlPing, controlPingReply } from '../generated/memclnt.js';
import { cliInband, cliInbandReply } from '../generated/vlib.js';
import { showVersion, showVersionReply } from '../generated/vpe.js';
import { RetvalError } from '../retval-error.js';
import { parseIndexes, withRoutes } from './indexes.js';
import { NatMemory } from './nat-memory.js';
import { StateBuilder } from './state.js';
import { parseVipsText } from './verbose-text.js';
import { writeConf, writeMessages, writeOperation } from './write.js';

export interface VppVersion {
  readonly program: string;
  /** `26.10-release`. */
  readonly version: string;
  readonly buildDate: string;
  readonly buildDirectory: string;
}

/**
 * VPP's load balancer in terms of our domain. Promises reject with what ApiClient rejects with, and with MGL_VPP_GUARD
 * when a write would crash VPP; that one is not sent.
 */
export interface LbApi {
  /** MGL_VPP_INCOMPATIBLE, naming each message that this VPP lacks or has in another form; null when it has all. */
  readonly checkCompatible: () => MaglevError | null;
  readonly getLbConf: () => Promise<LbConf>;
  readonly setLbConf: (conf: LbConf) => Promise<void>;
  /**
   * Settings, VIPs and servers in one write and one wait. VPP is also asked for its text, for what no message carries;
   * without an answer to that srcIpSticky is null and the table length is not exact.
   */
  readonly getLbState: () => Promise<LbState>;
  /** One VIP; null when VPP does not have it. It costs as much as getLbState: VPP's filters do not work. */
  readonly getLbStateVip: (key: VipKey) => Promise<VipState | null>;
  /**
   * Where in VPP's stats segment the counters of its VIPs and servers are; null when VPP does not give its text, or
   * gives one that is not understood. VPP stops all its workers while it writes the text: 20 ms for 10,000 servers.
   */
  readonly getLbIndexes: () => Promise<LbIndexes | null>;
  /** Rejects with a RetvalError when VPP refuses. -81 (adding) and -6 (deleting) may mean that it was done before. */
  readonly apply: (operation: LbOperation) => Promise<unknown>;
  readonly showVersion: () => Promise<VppVersion>;
  readonly ping: () => Promise<{ readonly pid: number }>;
}

/** All that LbApi needs of a VPP. The text of `cli_inband` is not among it: there is a way without. */
const requiredMessages: readonly AnyMessage[] = [
  ...writeMessages,
  lbConfGet,
  lbConfGetReply,
  lbVipDump,
  lbVipDetails,
  lbAsV2Dump,
  lbAsV2Details,
  controlPing,
  controlPingReply,
  showVersion,
  showVersionReply,
];

/** The first VPP whose lb plugin has weights and a working API. */
const MINIMUM_VPP = '26.10';

export function createLbApi(client: ApiClient): LbApi {
  const nat = new NatMemory();

  const getLbConf = async () => confOfWire(await client.call(lbConfGet, {}));

  const getLbState = async (): Promise<LbState> => {
    const state = new StateBuilder();
    // Sent in one turn of the event loop: one write.
    const [conf, text] = await Promise.all([
      getLbConf(),
      readVipsText(client).then((said) => (said === null ? null : parseVipsText(said))),
      client.mapDump(lbVipDump, everyVip, (row) => state.addVip(row)),
      client.mapDump(lbAsV2Dump, everyAs, (row) => state.addAs(row)),
    ]);
    const vips = state.build(text);
    nat.learn(vips);
    return { conf, vips };
  };

  return {
    checkCompatible: () => incompatibility(client),
    getLbConf,
    setLbConf: (conf) => writeConf(client, conf),
    getLbState,
    getLbStateVip: async (key) => {
      const id = vipId(key);
      const { vips } = await getLbState();
      return vips.find((vip) => vipId(vip.key) === id) ?? null;
    },
    getLbIndexes: async () => {
      const text = await readVipsText(client);
      const indexes = text === null ? null : await parseIndexes(text);
      return indexes === null ? null : withRoutes(client, indexes);
    },
    apply: (operation) => {
      const refused = nat.guard(operation);
      return refused === null ? writeOperation(client, operation) : Promise.reject(refused);
    },
    showVersion: async () => {
      const { program, version, buildDate, buildDirectory } = await client.call(showVersion, {});
      return { program, version, buildDate, buildDirectory };
    },
    ping: async () => ({ pid: (await client.ping()).vpePid }),
  };
}

/** The zero prefix: every server. It is the only filter that works. */
const everyPrefix = { address: { af: 0, un: new Uint8Array(16) }, len: 0 };
const everyVip = { pfx: everyPrefix, pfxMatcher: { le: 0, ge: 0 }, protocol: 255, port: 0 };
const everyAs = { pfx: everyPrefix, protocol: 255, port: 0 };

function confOfWire(reply: LbConfGetReply): LbConf {
  return {
    ipv4Source: ipFromBytes(reply.ip4SrcAddress),
    ipv6Source: ipFromBytes(reply.ip6SrcAddress),
    stickyBucketsPerCore: reply.stickyBucketsPerCore,
    flowTimeout: reply.flowTimeout,
  };
}

/** null: this VPP does not give the text. */
async function readVipsText(client: ApiClient): Promise<string | null> {
  if (!client.has(cliInband) || !client.has(cliInbandReply)) return null;
  try {
    const { reply } = await client.call(cliInband, { cmd: 'show lb vips verbose' });
    return reply;
  } catch (thrown) {
    const { code } = asMaglevError(thrown);
    if (thrown instanceof RetvalError || code === 'MGL_VPP_TIMEOUT') return null;
    throw thrown;
  }
}

function incompatibility(client: ApiClient): MaglevError | null {
  const { absent, otherCrc } = client.missing(requiredMessages);
  const parts = [
    ...(absent.length > 0 ? [`it lacks ${absent.join(', ')}`] : []),
    ...(otherCrc.length > 0 ? [`it has another form of ${otherCrc.join(', ')}`] : []),
  ];
  if (parts.length === 0) return null;
  return new MaglevError(
    'MGL_VPP_INCOMPATIBLE',
    `this VPP cannot be driven: ${parts.join('; ')}. The lb plugin of VPP ${MINIMUM_VPP} or newer is needed`,
  );
}
