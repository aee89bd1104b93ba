import type { HttpParams } from '../domain/config.js';
import type { IpAddress } from '../domain/ip.js';
import { productVersion } from '../domain/version.js';
import { bracketed } from './wording.js';

const userAgent = `vpp-maglev/${productVersion} (health check)`;

/**
 * The request of a probe. It asks for an answer that needs little understanding: no compression, and the connection
 * closed behind it, unless it is to be used again. The Host is the configured one as it is, or else the address with the port unless that is the
 * scheme's own (RFC 9110 section 7.2).
 */
export function httpRequest(
  params: HttpParams,
  address: IpAddress,
  port: number,
  defaultPort: number,
): Buffer {
  const { before, after } = aroundHost(params, port, defaultPort);
  return Buffer.from(`${before}${params.host ?? bracketed(address)}${after}`, 'utf8');
}

/** What is before the configured host or the bracketed address, and what is behind it: the same for all who are asked alike. */
export function aroundHost(params: HttpParams, port: number, defaultPort: number) {
  const before = `${params.method} ${params.path} HTTP/1.1\r\nHost: `;
  const lines = [
    params.host === null && port !== defaultPort ? `:${port}` : '',
    `User-Agent: ${userAgent}`,
    'Accept: */*',
    'Accept-Encoding: identity',
    `Connection: ${(params.reuse ?? 1) > 1 ? 'keep-alive' : 'close'}`,
  ];
  return { before, after: `${lines.join('\r\n')}\r\n\r\n` };
}

/** `example.com` of `example.com:8443`, `2001:db8::1` of `[2001:db8::1]:443`. */
export function hostWithoutPort(host: string): string {
  const match = /^\[(.*)\](?::\d*)?$/.exec(host) ?? /^([^:]*)(?::\d*)?$/.exec(host);
  return match?.[1] ?? host;
}
