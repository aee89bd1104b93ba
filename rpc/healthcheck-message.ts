import type { HealthCheck, HttpParams, MaglevConfig, ProbeParams, TlsParams } from '../domain/config.js';
import type { HealthCheckHTTP, HealthCheckInfo, HealthCheckTLS } from './generated/maglev.js';
import { nanoseconds } from './nanoseconds.js';

/** A health check of `config`, with the names of the backends that use it. */
export function healthCheckMessage(check: HealthCheck, config: MaglevConfig): HealthCheckInfo {
  const { probe } = check;
  const backends = [...config.backends.values()].filter(({ healthcheck }) => healthcheck === check.name);
  return {
    name: check.name,
    type: probe.type,
    intervalNs: nanoseconds(check.interval),
    fastIntervalNs: nanoseconds(check.fastInterval),
    downIntervalNs: nanoseconds(check.downInterval),
    timeoutNs: nanoseconds(check.timeout),
    rise: check.rise,
    fall: check.fall,
    port: probe.type === 'icmp' ? undefined : probe.port,
    probeIpv4Src: check.probeIpv4Source ?? undefined,
    probeIpv6Src: check.probeIpv6Source ?? undefined,
    http: probe.type === 'http' || probe.type === 'https' ? httpMessage(probe.http) : undefined,
    tls: tlsMessage(tlsOf(probe)),
    backends: backends.map(({ name }) => name),
    handshake: probe.type === 'tcp' && probe.tls === null ? (probe.handshake ?? 'half') : undefined,
  };
}

function httpMessage(params: HttpParams): HealthCheckHTTP {
  const { method, path, host, responseCodes, responseRegexp, reuse = 1 } = params;
  const codes = responseCodes.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  return {
    method,
    path,
    host: host ?? undefined,
    responseCode: codes.join(','),
    responseRegexp: responseRegexp ?? undefined,
    reuse,
  };
}

function tlsOf(probe: ProbeParams): TlsParams | null {
  return probe.type === 'tcp' || probe.type === 'https' ? probe.tls : null;
}

function tlsMessage(tls: TlsParams | null): HealthCheckTLS | undefined {
  if (tls === null) return undefined;
  return {
    serverName: tls.serverName ?? undefined,
    insecureSkipVerify: tls.insecureSkipVerify,
    caFile: tls.trust?.file,
    resume: tls.resume ?? 1,
  };
}
