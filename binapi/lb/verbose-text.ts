import { type IpPrefix, parsePrefix } from '../../domain/ip.js';
import { PROTOCOL_ANY, type VipId, type VipKey, vipId } from '../../domain/lb.js';
import { Turns } from '../../domain/turns.js';
import { memo, ofLast } from './memo.js';

const REMEMBERED = 50_000;

/** A thousand take 10 ms when they are new, and 40 in a process that has not done it before. */
const VIPS_A_TURN = 64;

/** What only VPP's text tells of a VIP: no message of its API carries it. */
export interface VipText {
  /** Exact; the API gives it in 16 bits. */
  readonly tableLength: number;
  readonly srcIpSticky: boolean;
  /** Place of the VIP in VPP's pool, which is its column in the counters of the stats segment. */
  readonly index: number;
}

/** One VIP of the text that is not removed. */
export interface VipBlock {
  readonly key: VipKey;
  readonly id: VipId;
  readonly text: VipText;
  /** Lines of its counters and servers, when they are wanted. */
  readonly lines: readonly string[];
}

/** ` ip4-gre6 [1] 192.0.2.1/32 src_ip_sticky`, behind it `removed` when it is not live any more. */
const VIP_LINE = /^ ?\S+ \[(\d+)\] (\S+)((?: \S+)*)\s*$/;
const TABLE_LENGTH = /^\s+new_size:(\d+)/;
const PROTOCOL_AND_PORT = /^\s+protocol:(\d+) port:(\d+)/;

interface OpenVip {
  readonly prefix: string;
  readonly index: number;
  readonly srcIpSticky: boolean;
  readonly removed: boolean;
  readonly lines: string[];
  protocol: number;
  port: number;
  tableLength: number | null;
}

/**
 * Reads what `show lb vips verbose` prints, leaving out removed VIPs. The text is for people and may change: what is
 * not understood is left out, and its VIP is then missing in the result.
 */
export async function parseVipsText(text: string): Promise<ReadonlyMap<VipId, VipText>> {
  const found = new Map<VipId, VipText>();
  const turns = new Turns(VIPS_A_TURN);
  for (const vip of vipBlocks(text, false)) {
    found.set(vip.id, vip.text);
    const others = turns.after(1);
    if (others !== null) await others;
  }
  return found;
}

/** What the text tells of all VIPs. */
export interface ToldVips {
  readonly vips: ReadonlyMap<VipId, VipText>;
  /** Of each, its `index`. */
  readonly places: ReadonlyMap<VipId, number>;
}

/**
 * A reader of texts, one after the other. As long as nothing in them changes but what is counted, each gives the very
 * same value.
 */
export function vipsReader(): (text: string) => Promise<ToldVips> {
  let last: ToldVips = { vips: new Map(), places: new Map() };
  return ofLast(async (text) => {
    const vips = await parseVipsText(text);
    if (!tellTheSame(vips, last.vips))
      last = { vips, places: new Map([...vips].map(([id, { index }]) => [id, index])) };
    return last;
  });
}

function tellTheSame(a: ToldVips['vips'], b: ToldVips['vips']): boolean {
  if (a.size !== b.size) return false;
  for (const [id, { tableLength, srcIpSticky, index }] of a) {
    const other = b.get(id);
    if (other?.tableLength !== tableLength || other.srcIpSticky !== srcIpSticky || other.index !== index)
      return false;
  }
  return true;
}

/** As parseVipsText, VIP by VIP. `details`: whether the lines of counters and servers are wanted. */
export function* vipBlocks(text: string, details: boolean): Generator<VipBlock> {
  let open: OpenVip | null = null;
  for (const line of linesOf(text, details)) {
    const vip = VIP_LINE.exec(line);
    if (vip !== null) {
      yield* finished(open);
      open = openVip(vip);
    } else if (open !== null) {
      readDetail(open, line);
    }
  }
  yield* finished(open);
}

/** Does the text name a VIP at all, be it a removed one? */
export function namesVip(text: string): boolean {
  for (const line of linesOf(text, false)) if (VIP_LINE.test(line)) return true;
  return false;
}

const DETAIL = '    ';

/** Lines that begin with four blanks, those of servers and counters, are nine of ten. */
function* linesOf(text: string, details: boolean): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end > start && (details || !text.startsWith(DETAIL, start))) yield text.slice(start, end);
    start = end + 1;
  }
}

function openVip([, index, prefix = '', words = '']: RegExpExecArray): OpenVip {
  const flags = words.split(' ');
  return {
    prefix,
    index: Number(index),
    srcIpSticky: flags.includes('src_ip_sticky'),
    removed: flags.includes('removed'),
    lines: [],
    // Without a line that says otherwise it is for all ports.
    protocol: PROTOCOL_ANY,
    port: 0,
    tableLength: null,
  };
}

function readDetail(vip: OpenVip, line: string): void {
  if (line.startsWith(DETAIL)) {
    vip.lines.push(line);
    return;
  }
  const length = TABLE_LENGTH.exec(line);
  if (length !== null) vip.tableLength = Number(length[1]);
  const ports = PROTOCOL_AND_PORT.exec(line);
  if (ports === null) return;
  vip.protocol = Number(ports[1]);
  vip.port = Number(ports[2]);
}

/** [] for what is no prefix. */
const prefixOfText = memo((text: string): readonly IpPrefix[] => {
  const prefix = parsePrefix(text);
  return prefix === null ? [] : [prefix];
}, REMEMBERED);

function* finished(vip: OpenVip | null): Generator<VipBlock> {
  if (vip === null || vip.removed || vip.tableLength === null) return;
  const [prefix] = prefixOfText(vip.prefix);
  if (prefix === undefined) return;
  const { protocol, port, tableLength, srcIpSticky, index, lines } = vip;
  const key = { prefix, protocol, port };
  yield { key, id: vipId(key), text: { tableLength, srcIpSticky, index }, lines };
}
