import * as E from 'fp-ts/lib/Either.js';
import type { Frontend, MaglevConfig } from '../domain/config.js';
import { type IpAddress, parseIp } from '../domain/ip.js';
import { quote } from '../domain/text.js';

/** How a VIP is asked. */
export type Way =
  | { readonly kind: 'tcp' }
  | { readonly kind: 'tls' }
  /** null: the path for all. */
  | { readonly kind: 'http' | 'https'; readonly path: string | null }
  /** null: the root. */
  | { readonly kind: 'dns'; readonly question: string | null };

export interface Vip {
  /** The frontend's name, or what was written. */
  readonly name: string;
  readonly address: IpAddress;
  readonly port: number;
  readonly way: Way;
}

/** `192.0.2.1:443`, `[2001:db8::1]:443` */
export function placeOf({ address, port }: Pick<Vip, 'address' | 'port'>): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `tcp 192.0.2.1:443`; equal texts mean the same VIP. */
export function keyOf(vip: Vip): string {
  return `${vip.way.kind === 'dns' ? 'udp' : 'tcp'} ${placeOf(vip)}`;
}

/** The words that ways are written by. */
export const wayNames = ['tcp', 'tls', 'http', 'https', 'dns'] as const;
type WayName = (typeof wayNames)[number];
const usualPorts: Readonly<Record<WayName, number | null>> = {
  tcp: null,
  tls: 443,
  http: 80,
  https: 443,
  dns: 53,
};

/** `https/192.0.2.1:443/healthz`, `tcp/[2001:db8::1]:25`, `dns/192.0.2.53:53/example.com`. The left side is what is wrong. */
export function parseVip(text: string): E.Either<string, Vip> {
  const [, word = '', host = '', port, rest = ''] =
    /^([a-z]+)\/(\[[^\]/]*\]|[^[\]/:]*)(?::(\d{1,5}))?(\/.*)?$/s.exec(text) ?? [];
  const kind = wayNames.find((one) => one === (word === 'udp' ? 'dns' : word));
  if (kind === undefined) return E.left(`${quote(text)} does not begin with ${wayNames.join('/, ')}/`);
  const address = parseIp(host.replace(/^\[(.*)\]$/, '$1'));
  if (address === null) return E.left(`${quote(text)} has no IP address behind ${kind}/`);
  const number = port === undefined ? usualPorts[kind] : Number(port);
  if (number === null || number < 1 || number > 65_535)
    return E.left(`${quote(text)} has no port from 1 to 65535`);
  if (rest !== '' && (kind === 'tcp' || kind === 'tls')) {
    return E.left(`${quote(text)} has a path, which only http, https and dns have`);
  }
  if (!/^[!-~]*$/.test(rest))
    return E.left(`${quote(text)} has a path with blanks or other than ASCII characters`);
  if (kind === 'dns' && !isDnsName(rest.slice(1)))
    return E.left(`${quote(text)} asks for what is no name of DNS`);
  const name = placeOf({ address, port: number });
  return E.right({ name, address, port: number, way: wayOf(kind, rest) });
}

/** RFC 1035 section 2.3.4. */
function isDnsName(name: string): boolean {
  return name.length <= 253 && name.split('.').every((label) => label.length <= 63);
}

function wayOf(kind: WayName, rest: string): Way {
  switch (kind) {
    case 'tcp':
    case 'tls':
      return { kind };
    case 'http':
    case 'https':
      return { kind, path: rest === '' ? null : rest };
    case 'dns':
      return { kind, question: rest.slice(1) === '' ? null : rest.slice(1) };
  }
}

/** A frontend that cannot be asked. */
export interface LeftOut {
  readonly name: string;
  readonly why: string;
}

/** The frontends of all configs, each address, protocol and port once. */
export function vipsOf(configs: readonly MaglevConfig[]): {
  readonly vips: readonly Vip[];
  readonly leftOut: readonly LeftOut[];
} {
  const vips = new Map<string, Vip>();
  const leftOut: LeftOut[] = [];
  for (const config of configs) {
    for (const frontend of config.frontends.values()) {
      const { name, address, port } = frontend;
      const way = wayTo(frontend, config);
      if (typeof way === 'string') leftOut.push({ name, why: way });
      else {
        const vip = { name, address, port, way };
        if (!vips.has(keyOf(vip))) vips.set(keyOf(vip), vip);
      }
    }
  }
  return { vips: [...vips.values()], leftOut };
}

/**
 * What was named on the command line, and the frontends of configs at other places. Those named for one place in several ways
 * are told apart by all that was written.
 */
export function joined(named: readonly Vip[], frontends: readonly Vip[]): Vip[] {
  const byText = new Map(named.map((vip) => [textOf(vip), vip]));
  const counts = new Map<string, number>();
  for (const vip of byText.values()) counts.set(keyOf(vip), (counts.get(keyOf(vip)) ?? 0) + 1);
  return [
    ...[...byText].map(([text, vip]) => ((counts.get(keyOf(vip)) ?? 0) > 1 ? { ...vip, name: text } : vip)),
    ...frontends.filter((vip) => !counts.has(keyOf(vip))),
  ];
}

/** As it is written behind --vip. */
function textOf(vip: Vip): string {
  const { way } = vip;
  const rest = way.kind === 'dns' ? `/${way.question ?? ''}` : 'path' in way ? (way.path ?? '') : '';
  return `${way.kind}/${placeOf(vip)}${rest}`;
}

/** A text says why there is no way. */
function wayTo(frontend: Frontend, config: MaglevConfig): Way | string {
  const { protocol, port } = frontend;
  if (protocol === 'any' || port === 0) return 'it has all ports';
  if (protocol === 'udp') {
    return port === 53 ? { kind: 'dns', question: null } : `nobody knows what to ask at UDP port ${port}`;
  }
  if (port === 443 || port === 8443) return { kind: 'https', path: null };
  if (port === 80 || port === 8080) return { kind: 'http', path: null };
  return checkedWay(frontend, config) ?? { kind: 'tcp' };
}

/** As its servers are checked, if that is done at the same port. */
function checkedWay({ pools, port }: Frontend, { backends, healthchecks }: MaglevConfig): Way | null {
  for (const { name } of pools.flatMap((pool) => pool.backends)) {
    const probe = healthchecks.get(backends.get(name)?.healthcheck ?? '')?.probe;
    if (probe === undefined || probe.type === 'icmp' || probe.port !== port) continue;
    if (probe.type === 'tcp') return { kind: probe.tls === null ? 'tcp' : 'tls' };
    return { kind: probe.type, path: null };
  }
  return null;
}
