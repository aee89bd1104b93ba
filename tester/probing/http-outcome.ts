import { productVersion } from '../../domain/version.js';
import type { Outcome } from '../outcome.js';
import { placeOf, type Vip } from '../vip.js';
import type { Asking } from './prober.js';

/** Names of those who answer are cut: they are for a table. */
const NAME_MAX = 40;

export const userAgent = `maglevt/${productVersion}`;

/** The whole request of a probe that uses its connection once. */
export function plainRequest(vip: Vip, asking: Asking): Buffer {
  const lines = [
    `GET ${pathOf(vip, asking)} HTTP/1.1`,
    `Host: ${hostOf(vip, asking.host)}`,
    `User-Agent: ${userAgent}`,
    'Accept: */*',
    'Connection: close',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}

/** The Host of a request: the one that was given, or else the address, with the port unless it is the usual one. */
export function hostOf(vip: Vip, host: string | null): string {
  if (host !== null) return host;
  const usual = vip.way.kind === 'https' ? 443 : 80;
  if (vip.port !== usual) return placeOf(vip);
  return vip.address.includes(':') ? `[${vip.address}]` : vip.address;
}

/** The path that is asked for. */
export function pathOf({ way }: Vip, asking: Asking): string {
  return way.kind === 'http' || way.kind === 'https' ? (way.path ?? asking.path) : asking.path;
}

/** What an answer means. Redirects are answers, too. */
export function httpOutcome(status: number, answerer: string | null, ms: number): Outcome {
  if (status < 400) return { ok: true, ms, answerer };
  return { ok: false, ms, answerer, kind: 'http-err', detail: `HTTP ${status}` };
}

/** As a name in a table: without what a terminal would obey. */
export function nameOf(text: string | null | undefined): string | null {
  const name = (text ?? '').replace(/[^!-~]+/g, ' ').trim();
  return name === '' ? null : name.slice(0, NAME_MAX);
}
