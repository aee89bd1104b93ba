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
  const host = params.host ?? `${bracketed(address)}${port === defaultPort ? '' : `:${port}`}`;
  const lines = [
    `${params.method} ${params.path} HTTP/1.1`,
    `Host: ${host}`,
    `User-Agent: ${userAgent}`,
    'Accept: */*',
    'Accept-Encoding: identity',
    `Connection: ${(params.reuse ?? 1) > 1 ? 'keep-alive' : 'close'}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'utf8');
}

/** `example.com` of `example.com:8443`, `2001:db8::1` of `[2001:db8::1]:443`. */
export function hostWithoutPort(host: string): string {
  const match = /^\[(.*)\](?::\d*)?$/.exec(host) ?? /^([^:]*)(?::\d*)?$/.exec(host);
  return match?.[1] ?? host;
}
