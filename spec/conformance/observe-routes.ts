import { ipRouteLookup } from '../../binapi/generated/ip.js';
import { prefixOfWire } from '../../binapi/lb/wire-values.js';
import { wirePrefixOf } from '../support/lb-requests.js';
import type { RawVppClient } from '../support/raw-vpp-client.js';

const kinds: Readonly<Record<number, string>> = { 0: 'normal', 1: 'local', 2: 'drop' };

/** `prefix kind` of the route, or its return code. */
export async function routeText(client: RawVppClient, prefix: string, exact: boolean): Promise<string> {
  const { retval, route } = await look(client, prefix, exact);
  if (retval !== 0) return String(retval);
  return `${prefixOfWire(route.prefix)} ${route.paths.map(({ type }) => kinds[type] ?? type).join(', ')}`;
}

/** Load-balance objects of the routes to exactly these prefixes; `-` where there is none. */
export async function objectsText(client: RawVppClient, prefixes: readonly string[]): Promise<string> {
  const objects: (number | '-')[] = [];
  for (const prefix of prefixes) {
    const { retval, route } = await look(client, prefix, true);
    objects.push(retval === 0 ? route.statsIndex : '-');
  }
  return objects.join(' ');
}

function look(client: RawVppClient, prefix: string, exact: boolean) {
  return client.call(ipRouteLookup, { tableId: 0, exact: exact ? 1 : 0, prefix: wirePrefixOf(prefix) });
}
