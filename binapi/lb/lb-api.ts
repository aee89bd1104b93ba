import { asMaglevError, MaglevError } from '../../domain/errors.js';
import { ipFromBytes } from '../../domain/ip.js';
import type { LbConf, LbOperation, VipFlows } from '../../domain/lb.js';
import type { LbIndexes } from '../../domain/lb-counters.js';
import type { WritesUnderWay } from '../../domain/repeated-death.js';
import { inTurns, nextTurn } from '../../domain/turns.js';
import type { VppMemory } from '../../domain/vpp-memory.js';
import type { LbReading } from '../../protocol/vpp.js';
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
import { cliInband, cliInbandReply, showThreads, showThreadsReply } from '../generated/vlib.js';
import { showVersion, showVersionReply } from '../generated/vpe.js';
import { RetvalError } from '../retval.js';
import { RowMemory } from '../row-memory.js';
import { parseFlows } from './flows-text.js';
import { guardConf } from './guard.js';
import { parseHeapText, parseStickyBuckets } from './heap-text.js';
import { parseIndexes, withRoutes } from './indexes.js';
import { MemoryGuard } from './memory-guard.js';
import { NatMemory } from './nat-memory.js';
import { asRow, StateBuilder, vipRow } from './state.js';
import { writesUnderWay } from './under-way.js';
import { vipsReader } from './verbose-text.js';
import { type Done, writeConf, writeMessages, writeOperation } from './write.js';

export interface VppVersion {
  readonly program: string;
  /** `26.10-release`. */
  readonly version: string;
  readonly buildDate: string;
  readonly buildDirectory: string;
}

/**
 * VPP's load balancer in terms of our domain. Promises reject with what ApiClient rejects with, and with MGL_VPP_GUARD
 * or MGL_VPP_MEMORY when a write would crash VPP; that one is not sent.
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
  readonly getLbState: () => Promise<Omit<LbReading, 'order'>>;
  /**
   * Where in VPP's stats segment the counters of its VIPs and servers are; null when VPP gives a text that is not
   * understood. Rejects when it gives none, with MGL_VPP_TEXT or MGL_VPP_TIMEOUT. VPP stops all its workers while it
   * writes the text: 20 ms for 10,000 servers.
   */
  readonly getLbIndexes: () => Promise<LbIndexes | null>;
  /** The flows of its VIPs; null and rejections as for getLbIndexes, and at the same price. */
  readonly getLbFlows: () => Promise<readonly VipFlows[] | null>;
  /**
   * Whether VPP has room for these operations, which belong together: null when it has, for all that is known. Otherwise
   * VPP is asked, and MGL_VPP_MEMORY says why none of them may be sent.
   */
  readonly admit: (operations: readonly LbOperation[]) => Promise<MaglevError | null> | null;
  /** What VPP said of its main heap last; null = nothing, or it was not asked. */
  readonly memory: () => VppMemory | null;
  /** The changes that VPP has not answered, or had not when the connection ended; null = none. */
  readonly underWay: () => WritesUnderWay | null;
  /**
   * `done` gets null, or why it was not done: a RetvalError when VPP refuses. -81 (adding) and -6 (deleting) may mean that
   * it was done before.
   */
  readonly send: (operation: LbOperation, done: Done) => void;
  /** The same with a promise. */
  readonly apply: (operation: LbOperation) => Promise<void>;
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
  const builder = new StateBuilder();
  const vipMemory = new RowMemory<ReturnType<typeof vipRow>>(lbVipDetails);
  const asMemory = new RowMemory<ReturnType<typeof asRow>>(lbAsV2Details);
  const textOf = vipsReader();
  const memory = new MemoryGuard({
    memory: () => readMemory(client),
    stickyBuckets: async () => {
      const text = await readText(client, 'show lb');
      return text instanceof MaglevError ? null : parseStickyBuckets(text);
    },
    now: client.lastReplyAt,
  });

  const getLbConf = async () => {
    const conf = confOfWire(await client.call(lbConfGet, {}));
    memory.learnConf(conf);
    return conf;
  };

  const getLbState = async (): Promise<Omit<LbReading, 'order'>> => {
    // Sent in one turn of the event loop: one write.
    const [conf, text, vipRows, asRows] = await Promise.all([
      getLbConf(),
      readText(client, VIPS_TEXT).then(async (said) =>
        typeof said === 'string' ? await textOf(said) : said,
      ),
      client.mapDump(lbVipDump, everyVip, vipRow, vipMemory),
      client.mapDump(lbAsV2Dump, everyAs, asRow, asMemory),
    ]);
    // The last rows have had theirs; and what is done with all of them gets one that begins with it.
    await nextTurn();
    const told = text instanceof MaglevError ? null : text;
    const vips = await inTurns(builder.build(vipRows, asRows, told?.vips ?? null), ROWS_A_TURN);
    nat.learn(vips);
    memory.learn({ conf, vips });
    await nextTurn();
    return { conf, vips, places: told?.places ?? null, textError: text instanceof MaglevError ? text : null };
  };

  const send = (operation: LbOperation, done: Done): void => {
    const refused = nat.guard(operation) ?? memory.send(operation);
    if (refused === null) writeOperation(client, operation, done);
    else queueMicrotask(() => done(refused));
  };

  return {
    checkCompatible: () => incompatibility(client),
    getLbConf,
    setLbConf: async (conf) => {
      const refused = guardConf(conf) ?? (await memory.admitConf(conf));
      if (refused !== null) throw refused;
      await writeConf(client, conf);
      memory.learnConf(conf);
    },
    getLbState,
    getLbIndexes: async () => {
      const text = await readText(client, VIPS_TEXT);
      if (text instanceof MaglevError) throw text;
      const indexes = await parseIndexes(text);
      return indexes === null ? null : withRoutes(client, indexes);
    },
    getLbFlows: async () => {
      const text = await readText(client, VIPS_TEXT);
      if (text instanceof MaglevError) throw text;
      return parseFlows(text);
    },
    admit: (operations) => memory.admit(operations),
    memory: () => memory.memory,
    underWay: () => writesUnderWay(client),
    send,
    apply: (operation) =>
      new Promise((resolve, reject) => {
        send(operation, (error) => (error === null ? resolve() : reject(error)));
      }),
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

/** Rows of servers that are put to their VIPs before others have their turn. */
const ROWS_A_TURN = 4000;

const VIPS_TEXT = 'show lb vips verbose';

/**
 * Asks VPP for its main heap and its threads. VPP stops its workers while it writes the first: some tens of
 * milliseconds, because it looks at every page.
 */
async function readMemory(client: ApiClient): Promise<VppMemory | null> {
  const [text, threads] = await Promise.all([readText(client, 'show memory main-heap'), readThreads(client)]);
  const heap = text instanceof MaglevError ? null : parseHeapText(text);
  return heap === null ? null : { ...heap, threads };
}

/** Threads that may forward packets; 1 when VPP does not tell. */
async function readThreads(client: ApiClient): Promise<number> {
  if (!client.has(showThreads) || !client.has(showThreadsReply)) return 1;
  const reply = await unlessRefused(client.call(showThreads, {}));
  // The main thread has no type; others than workers forward nothing.
  if (reply instanceof MaglevError) return 1;
  return 1 + reply.threadData.filter(({ type }) => type === 'workers').length;
}

/** MGL_VPP_TEXT or MGL_VPP_TIMEOUT: this VPP does not give the text. */
async function readText(client: ApiClient, cmd: string): Promise<string | MaglevError> {
  if (!client.has(cliInband) || !client.has(cliInbandReply))
    return new MaglevError('MGL_VPP_TEXT', 'this VPP does not have cli_inband');
  const said = await unlessRefused(client.call(cliInband, { cmd }));
  if (!(said instanceof MaglevError)) return said.reply;
  if (said.code === 'MGL_VPP_TIMEOUT') return said;
  return new MaglevError('MGL_VPP_TEXT', `VPP refuses cli_inband: ${said.message}`, { cause: said });
}

/** Why VPP refused, or did not answer in time. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | MaglevError> {
  try {
    return await answer;
  } catch (thrown) {
    const error = asMaglevError(thrown);
    if (thrown instanceof RetvalError || error.code === 'MGL_VPP_TIMEOUT') return error;
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
