import { createSecureContext, type SecureContext } from 'node:tls';
import { realClock } from '../../clock/real-clock.js';
import type { HttpParams, ProbeParams, TlsParams } from '../../domain/config.js';
import type { IpAddress } from '../../domain/ip.js';
import type { ProbeResult } from '../../domain/probe-result.js';
import { openEchoSocket } from '../../linux/echo-socket.js';
import { hasRoute } from '../../linux/routes.js';
import { Pinger } from '../../probes/pinger.js';
import { prepareProbe } from '../../probes/prepare.js';
import type { Surroundings } from '../../probes/probe.js';
import type { ProbeTarget } from '../../probes/target.js';
import { loopback4 } from './probe-servers.js';

/** Everything around a probe is real; `authority` is trusted instead of the machine's. */
export function surroundings(authority?: string): Surroundings {
  let context: SecureContext | undefined;
  return {
    clock: realClock,
    pinger: new Pinger(realClock, { opened: () => {}, closed: () => {} }),
    routed: hasRoute,
    secureContext: () => {
      context ??= createSecureContext(authority === undefined ? {} : { ca: authority });
      return context;
    },
  };
}

export function target(probe: ProbeParams, rest: Partial<ProbeTarget> = {}): ProbeTarget {
  return { address: loopback4, source: null, timeoutMs: 1000, probe, ...rest };
}

export function httpParams(rest: Partial<HttpParams> = {}): HttpParams {
  return {
    method: 'GET',
    path: '/',
    host: null,
    responseCodes: [{ from: 200, to: 200 }],
    responseRegexp: null,
    ...rest,
  };
}

export function tlsParams(serverName: string | null = null, insecureSkipVerify = false): TlsParams {
  return { serverName, insecureSkipVerify };
}

export function run(what: ProbeTarget, around: Surroundings): Promise<ProbeResult> {
  return new Promise((resolve) => prepareProbe(what).run(around, resolve));
}

/** Why this process cannot ping; null = it can. */
export function pingRefused(): string | null {
  try {
    openEchoSocket(4, null, 0).close();
    return null;
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** `L7OK HTTP 200`: what an operator sees of a result. */
export function shown({ code, detail }: ProbeResult): string {
  return `${code} ${detail}`;
}

export function address(text: string): IpAddress {
  return text as IpAddress;
}
