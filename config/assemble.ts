import * as E from 'fp-ts/lib/Either.js';
import { type Access, subjectKey } from '../domain/access.js';
import type {
  Frontend,
  HealthCheck,
  HttpParams,
  LbSettings,
  MaglevConfig,
  ProbeParams,
  TlsParams,
  TrustStore,
  WeightMode,
} from '../domain/config.js';
import type { IpAddress } from '../domain/ip.js';
import type { Beside } from './beside.js';
import type { ConfigFile, FileFrontend, FileLb } from './schema.js';
import type { FileAccess } from './schema-access.js';
import type { FileHealthCheck } from './schema-healthcheck.js';

type TlsFile = Extract<FileHealthCheck, { type: 'tcp' | 'https' }>['params'];
type HttpFile = Extract<FileHealthCheck, { type: 'http' | 'https' }>['params'];

/** What is trusted by a check that names this file, or none. */
type TrustOf = (caFile: string | null) => TrustStore | null;

/** The running config that a file stands for. The file must have passed all semantic checks. */
export function assemble(file: ConfigFile, { caFiles, tokenFile }: Beside): MaglevConfig {
  const { healthchecker } = file;
  const trustOf: TrustOf = (own) => {
    const name = own ?? healthchecker['ca-file'];
    return name === null ? null : checked(caFiles.get(name));
  };
  return {
    access: file.access === null ? null : accessOf(file.access, tokenFile),
    healthchecker: { transitionHistory: healthchecker['transition-history'], netns: healthchecker.netns },
    lb: lbSettings(file.vpp.lb),
    healthchecks: mapValues(file.healthchecks, (name, check) => healthCheck(name, check, trustOf)),
    backends: mapValues(file.backends, (name, backend) => ({ name, ...backend })),
    frontends: mapValues(file.frontends, frontend),
  };
}

function accessOf(
  { anonymous, tokens, certificates, uids }: FileAccess,
  tokenFile: Beside['tokenFile'],
): Access {
  return {
    anonymous: anonymous === 'nobody' ? null : anonymous,
    tokensFile: tokens,
    tokens: tokens === null ? new Map() : checked(tokenFile.get(tokens)),
    certificates: new Map([...certificates].map(([subject, role]) => [subjectKey(subject), role])),
    uids: new Map([...uids].map(([uid, role]) => [Number(uid), role])),
  };
}

function lbSettings(lb: FileLb): LbSettings {
  return {
    syncInterval: lb['sync-interval'],
    statsInterval: lb['stats-interval'],
    ipv4Source: present(lb['ipv4-src-address']),
    ipv6Source: present(lb['ipv6-src-address']),
    stickyBucketsPerCore: lb['sticky-buckets-per-core'],
    flowTimeout: lb['flow-timeout'],
    startupMinDelay: lb['startup-min-delay'],
    startupMaxDelay: lb['startup-max-delay'],
    newFlowsTableLength: lb['new-flows-table-length'],
    weightMode: weightModeOf(lb),
  };
}

function checked<A>(read: E.Either<string, A>): A {
  if (E.isLeft(read)) throw new Error(`a file of a config that was checked ${read.left}`);
  return read.right;
}

/** How many steps weights are mapped to when the file does not say. */
const DEFAULT_STEPS = 10;

export function weightModeOf(lb: FileLb): WeightMode {
  return lb['weight-mode'] === 'exact'
    ? { mode: 'exact' }
    : { mode: 'steps', steps: lb['weight-steps'] ?? DEFAULT_STEPS };
}

function present(ip: IpAddress | null): IpAddress {
  if (ip === null) throw new Error('a source address is missing from a config that was checked');
  return ip;
}

function healthCheck(name: string, check: FileHealthCheck, trustOf: TrustOf): HealthCheck {
  const { interval, timeout, rise, fall } = check;
  return {
    name,
    interval,
    fastInterval: check['fast-interval'] ?? interval,
    downInterval: check['down-interval'] ?? interval,
    timeout,
    rise,
    fall,
    probeIpv4Source: check['probe-ipv4-src'],
    probeIpv6Source: check['probe-ipv6-src'],
    probe: probeParams(check, trustOf),
  };
}

function probeParams(check: FileHealthCheck, trustOf: TrustOf): ProbeParams {
  switch (check.type) {
    case 'icmp':
      return { type: 'icmp' };
    case 'tcp':
      return {
        type: 'tcp',
        port: check.port,
        tls: check.params.ssl ? tlsParams(check.params, trustOf) : null,
        ...(check.params.handshake === 'full' && !check.params.ssl ? { handshake: 'full' } : {}),
      };
    case 'http':
      return { type: 'http', port: check.port, http: httpParams(check.params) };
    case 'https':
      return {
        type: 'https',
        port: check.port,
        http: httpParams(check.params),
        tls: tlsParams(check.params, trustOf),
      };
  }
}

function tlsParams(
  params: Pick<TlsFile, 'server-name' | 'insecure-skip-verify' | 'ca-file' | 'resume'>,
  trustOf: TrustOf,
): TlsParams {
  return {
    serverName: params['server-name'],
    insecureSkipVerify: params['insecure-skip-verify'],
    trust: trustOf(params['ca-file']),
    ...(params.resume > 1 ? { resume: params.resume } : {}),
  };
}

function httpParams(params: HttpFile): HttpParams {
  return {
    method: params.method,
    path: params.path,
    host: params.host,
    responseCodes: params['response-code'],
    responseRegexp: params['response-regexp'],
    ...(params.reuse > 1 ? { reuse: params.reuse } : {}),
  };
}

function frontend(name: string, file: FileFrontend): Frontend {
  const { description, address, protocol, port } = file;
  return {
    name,
    description,
    address,
    protocol,
    port,
    srcIpSticky: file['src-ip-sticky'],
    flushOnDown: file['flush-on-down'],
    pools: file.pools.map((pool) => ({
      name: pool.name,
      backends: [...pool.backends].map(([backend, { weight }]) => ({ name: backend, weight })),
    })),
  };
}

function mapValues<A, B>(
  map: ReadonlyMap<string, A>,
  change: (name: string, value: A) => B,
): ReadonlyMap<string, B> {
  return new Map([...map].map(([name, value]) => [name, change(name, value)]));
}
