import { compareIps, type IpAddress, type IpPrefix, parseIp } from '../../domain/ip.js';
import type { VipId } from '../../domain/lb.js';
import type { LbIndexes, VipIndexes } from '../../domain/lb-counters.js';
import { Turns } from '../../domain/turns.js';
import type { ApiClient } from '../api-client.js';
import { ipRouteLookup, ipRouteLookupReply } from '../generated/ip.js';
import { RetvalError } from '../retval.js';
import { memo } from './memo.js';
import { namesVip, vipBlocks } from './verbose-text.js';
import { wirePrefix } from './wire-values.js';

/** The end of `    10.0.0.1 weight:100 buckets:512 flows:0 dpo:12 used`; that of a removed one is `dpo:12  removed`. */
const SERVER_END = / dpo:(\d+) used$/;

const INDENT = 4;

const REMEMBERED = 50_000;

/** [] for what is no address. */
const addressOfText = memo((text: string): readonly IpAddress[] => {
  const address = parseIp(text);
  return address === null ? [] : [address];
}, REMEMBERED);

/** Ten thousand take 20 ms. */
const SERVERS_A_TURN = 1000;
/** Answers come with much that nobody needs. */
const LOOKUPS_AT_ONCE = 64;

/**
 * Where VPP counts, as `show lb vips verbose` tells, without the indexes of routes. null: the text is not understood.
 * Without VIPs it is empty, and so is the result.
 */
export async function parseIndexes(text: string): Promise<LbIndexes | null> {
  if (text.trim() !== '' && !namesVip(text)) return null;
  const found = new Map<VipId, VipIndexes>();
  const turns = new Turns(SERVERS_A_TURN);
  for (const { key, id, text: vip, lines } of vipBlocks(text, true)) {
    found.set(id, { key, index: vip.index, routeIndex: null, servers: serversIn(lines) });
    await turns.after(1 + lines.length);
  }
  return found;
}

/** In numeric order. */
function serversIn(lines: readonly string[]): ReadonlyMap<IpAddress, number> {
  const servers: [IpAddress, number][] = [];
  for (const line of lines) {
    const at = line.lastIndexOf(' dpo:');
    const index = at < 0 ? null : SERVER_END.exec(line.slice(at));
    if (index === null) continue;
    const [address] = addressOfText(line.slice(INDENT, line.indexOf(' ', INDENT)));
    if (address !== undefined) servers.push([address, Number(index[1])]);
  }
  return new Map(servers.sort(([a], [b]) => compareIps(a, b)));
}

/** The same with the indexes of the routes, for which VPP is asked. A VPP that does not tell leaves them null. */
export async function withRoutes(client: ApiClient, indexes: LbIndexes): Promise<LbIndexes> {
  if (!client.has(ipRouteLookup) || !client.has(ipRouteLookupReply)) return indexes;
  const prefixes = [...new Set([...indexes.values()].map(({ key }) => key.prefix))];
  const routes = new Map<IpPrefix, number | null>();
  for (let from = 0; from < prefixes.length; from += LOOKUPS_AT_ONCE) {
    const some = prefixes.slice(from, from + LOOKUPS_AT_ONCE);
    const found = await Promise.all(some.map((prefix) => routeIndex(client, prefix)));
    for (const [i, prefix] of some.entries()) routes.set(prefix, found[i] ?? null);
  }
  return new Map(
    [...indexes].map(([id, one]) => [id, { ...one, routeIndex: routes.get(one.key.prefix) ?? null }]),
  );
}

/** The plugin knows only the first table. */
const TABLE_OF_VIPS = 0;
/** What VPP says instead of an index. */
const NO_INDEX = 0xffffffff;

async function routeIndex(client: ApiClient, prefix: IpPrefix): Promise<number | null> {
  try {
    const request = { tableId: TABLE_OF_VIPS, exact: 1, prefix: wirePrefix(prefix) };
    const { route } = await client.call(ipRouteLookup, request);
    return route.statsIndex === NO_INDEX ? null : route.statsIndex;
  } catch (thrown) {
    // It has been removed since.
    if (thrown instanceof RetvalError) return null;
    throw thrown;
  }
}
