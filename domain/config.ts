import type { Access } from './access.js';
import type { IpAddress } from './ip.js';

/** The running configuration, checked and with every default filled in. Durations are in milliseconds. */
export interface MaglevConfig {
  /** Who may ask what over gRPC; null: the door decides. */
  readonly access: Access | null;
  readonly healthchecker: {
    /** Transitions kept per backend. */
    readonly transitionHistory: number;
    /** Linux network namespace of all probes; '' = the one of maglevd. */
    readonly netns: string;
  };
  readonly lb: LbSettings;
  readonly healthchecks: ReadonlyMap<string, HealthCheck>;
  readonly backends: ReadonlyMap<string, Backend>;
  /** In the order of the file. */
  readonly frontends: ReadonlyMap<string, Frontend>;
}

export interface LbSettings {
  readonly syncInterval: number;
  /** Between two readings of VPP's counters. */
  readonly statsInterval: number;
  readonly ipv4Source: IpAddress;
  readonly ipv6Source: IpAddress;
  readonly stickyBucketsPerCore: number;
  /** A whole number of seconds, in milliseconds like every duration. */
  readonly flowTimeout: number;
  readonly startupMinDelay: number;
  readonly startupMaxDelay: number;
  readonly newFlowsTableLength: number;
  readonly weightMode: WeightMode;
}

/**
 * How weights become the replicas that VPP repeats a server by. exact: as they are configured. steps: mapped to 1..steps,
 * so that a change moves fewer buckets and costs VPP less.
 */
export type WeightMode = { readonly mode: 'exact' } | { readonly mode: 'steps'; readonly steps: number };

export interface HealthCheck {
  readonly name: string;
  readonly interval: number;
  readonly fastInterval: number;
  readonly downInterval: number;
  readonly timeout: number;
  readonly rise: number;
  readonly fall: number;
  /** null = the kernel's choice. */
  readonly probeIpv4Source: IpAddress | null;
  readonly probeIpv6Source: IpAddress | null;
  readonly probe: ProbeParams;
}

export type ProbeParams =
  | { readonly type: 'icmp' }
  | {
      readonly type: 'tcp';
      readonly port: number;
      readonly tls: TlsParams | null;
      /** full: the connection is completed before it is reset. Absent: only where there is no other way. */
      readonly handshake?: 'full';
    }
  | { readonly type: 'http'; readonly port: number; readonly http: HttpParams }
  | { readonly type: 'https'; readonly port: number; readonly http: HttpParams; readonly tls: TlsParams };

export interface TlsParams {
  /** null: the server name that the request names, or none. */
  readonly serverName: string | null;
  readonly insecureSkipVerify: boolean;
  /** The authorities that certificates are checked against; null = those that Node brings with it. */
  readonly trust: TrustStore | null;
  /** Of so many handshakes with a server one is whole, and the others resume its session. Absent: each is whole. */
  readonly resume?: number;
}

/** Authorities, as they were read from a file. */
export interface TrustStore {
  /** Its whole name, for people. */
  readonly file: string;
  /** Two with the same one trust the same. SHA-256, in hex. */
  readonly fingerprint: string;
  /**
   * Their certificates, in PEM. Never written to once it is made; shared, because thousands of targets that travel to the
   * threads that probe may have the same one.
   */
  readonly pem: SharedArrayBuffer;
}

export interface HttpParams {
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** null = the backend's address. */
  readonly host: string | null;
  /** Inclusive ranges of expected status codes. */
  readonly responseCodes: readonly { readonly from: number; readonly to: number }[];
  /** Source of the expression that the body must match, for compileResponseRegexp; null = any body. */
  readonly responseRegexp: string | null;
  /** So many probes of a server at most use one connection. Absent: each has a new one. */
  readonly reuse?: number;
}

export interface Backend {
  readonly name: string;
  readonly address: IpAddress;
  /** null = not probed, always up. */
  readonly healthcheck: string | null;
  readonly enabled: boolean;
}

export interface Frontend {
  readonly name: string;
  readonly description: string;
  readonly address: IpAddress;
  readonly protocol: 'tcp' | 'udp' | 'any';
  /** 0 = all ports, with protocol any. */
  readonly port: number;
  readonly srcIpSticky: boolean;
  readonly flushOnDown: boolean;
  /** In order of preference; never empty. */
  readonly pools: readonly Pool[];
}

export interface Pool {
  readonly name: string;
  readonly backends: readonly PoolBackend[];
}

export interface PoolBackend {
  readonly name: string;
  /** 0..100. */
  readonly weight: number;
  /** What the config file says, where an operator has set another weight. */
  readonly overridden?: number;
}

/** A place in a config file. Lines and columns count from 1; line 0 means the file as a whole. */
export interface ConfigPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * One thing wrong, or worth a warning, in a config file. Printed as `file:line:col path: message`, without the place
 * when it is the file as a whole.
 */
export interface ConfigIssue {
  readonly place: ConfigPlace;
  /** `maglev.backends.web1.address`; '' = the text of the file itself. */
  readonly path: string;
  readonly message: string;
  /** Lines of the file with a mark, where words alone do not show what is meant. */
  readonly excerpt?: readonly string[];
}

/** read: no such file, no permission, not text. parse: YAML, unknown keys, wrong types. semantic: wrong together. */
export type ConfigStage = 'read' | 'parse' | 'semantic';

export type ConfigVerdict =
  | {
      readonly ok: true;
      readonly config: MaglevConfig;
      readonly warnings: readonly ConfigIssue[];
      /** The text does not end in a line break: more of it may be on its way. */
      readonly cutOff?: true;
    }
  | {
      readonly ok: false;
      readonly stage: ConfigStage;
      readonly issues: readonly ConfigIssue[];
      readonly warnings: readonly ConfigIssue[];
    };
