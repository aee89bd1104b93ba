import type { BackendAction } from '../domain/operator.js';

/** A day as it is played: all that is drawn by chance stands in it, so that it can be kept, changed and played again. */
export interface Scenario {
  /** Of what is drawn while it is played: jitter, loss, where bytes are cut. */
  readonly seed: number;
  readonly durationMs: number;
  readonly fleet: Fleet;
  /** By their time. */
  readonly faults: readonly Fault[];
}

/** What stands in the config file at first, and which servers there are. */
export interface Fleet {
  readonly checks: readonly CheckPlan[];
  readonly backends: readonly BackendPlan[];
  readonly frontends: readonly FrontendPlan[];
  readonly tableLength: number;
  readonly syncIntervalMs: number;
  /** [least, most] of the warm-up, in milliseconds. */
  readonly startupMs: readonly [number, number];
  /** Bytes of VPP's main heap. */
  readonly heapBytes: number;
}

export interface CheckPlan {
  readonly name: string;
  readonly type: 'http' | 'tcp' | 'icmp';
  readonly intervalMs: number;
  readonly fastMs: number;
  readonly downMs: number;
  readonly timeoutMs: number;
  readonly rise: number;
  readonly fall: number;
}

export interface BackendPlan {
  readonly name: string;
  readonly address: string;
  /** null: not probed. */
  readonly check: string | null;
  readonly enabled: boolean;
}

export interface FrontendPlan {
  readonly name: string;
  readonly address: string;
  readonly protocol: 'tcp' | 'udp' | 'any';
  readonly port: number;
  readonly sticky: boolean;
  readonly flushOnDown: boolean;
  readonly pools: readonly PoolPlan[];
}

export interface PoolPlan {
  readonly name: string;
  readonly backends: readonly { readonly name: string; readonly weight: number }[];
}

/** Something that happens at `at` (milliseconds of the day) and, where it has `forMs`, is over after that. */
export type Fault =
  | ServerFault
  | NetworkFault
  | VppFault
  | { readonly kind: 'hand'; readonly at: number; readonly command: HandCommand }
  | {
      readonly kind: 'operator';
      readonly at: number;
      readonly backend: string;
      readonly action: BackendAction;
    }
  | {
      readonly kind: 'weight';
      readonly at: number;
      readonly frontend: string;
      readonly pool: string;
      readonly backend: string;
      readonly weight: number;
      readonly flush: boolean;
    }
  | { readonly kind: 'sync'; readonly at: number; readonly frontend: string | null }
  | {
      readonly kind: 'reload';
      readonly at: number;
      readonly edit: Edit;
      /** For so long only the first part of the file is there. */
      readonly halfMs: number;
      /** By SIGHUP, or by a request. */
      readonly by: 'signal' | 'request';
    }
  | { readonly kind: 'hangups'; readonly at: number; readonly count: number }
  | { readonly kind: 'clock-set'; readonly at: number; readonly byMs: number }
  | { readonly kind: 'watcher'; readonly at: number; readonly forMs: number; readonly stopsMs: number }
  | {
      readonly kind: 'disk';
      readonly at: number;
      readonly forMs: number;
      readonly how: 'slow' | 'hangs' | 'full' | 'read-only' | 'torn';
    }
  /** maglevd cannot measure: each probe of these ends in a doubt. */
  | {
      readonly kind: 'doubt';
      readonly at: number;
      readonly forMs: number;
      readonly backends: readonly string[];
      /** link: what it sends does not leave its machine; absent: the kernel has no room for it. */
      readonly how?: 'link';
      /** So many of the probes, of 1; absent: all. */
      readonly p?: number;
    }
  /** The thread that probes ends, does nothing, or dies of each probe of this backend. */
  | {
      readonly kind: 'thread';
      readonly at: number;
      readonly forMs: number;
      readonly how: 'ends' | 'hangs' | 'deadly';
      readonly backend: string;
    }
  /** Something else in VPP takes its memory, but for what rebuilding a table needs. */
  | { readonly kind: 'heap'; readonly at: number; readonly forMs: number }
  /** The process does nothing, as one that was stopped, or whose machine was. */
  | { readonly kind: 'stall'; readonly at: number; readonly forMs: number }
  /** So many questions of all kinds at once. */
  | { readonly kind: 'questions'; readonly at: number; readonly count: number }
  /** The next message that this actor takes, the so-manieth from then on, is its death. */
  | { readonly kind: 'crash'; readonly at: number; readonly actor: string; readonly nth: number }
  /** The process is gone at the so-manieth message from then on, and is started again. */
  | { readonly kind: 'kill'; readonly at: number; readonly nth: number; readonly downMs: number }
  /** It is told to end, and started again when it has. */
  | { readonly kind: 'restart'; readonly at: number; readonly downMs: number };

export type FaultKind = Fault['kind'];

export interface ServerFault {
  readonly kind: 'server';
  readonly at: number;
  readonly forMs: number;
  readonly backend: string;
  /** flaky: each probe fails with probability `p`; flapping: it is down for `p` of each ten seconds. */
  readonly how: 'refuses' | 'silent' | 'error' | 'slow' | 'flaky' | 'flapping';
  readonly p: number;
  /** Only at one of its two addresses: the one that the config has first, or the other; absent: at both. */
  readonly only?: 'first' | 'other';
}

export interface NetworkFault {
  readonly kind: 'network';
  readonly at: number;
  readonly forMs: number;
  readonly backends: readonly string[];
  /** loss: with probability `p` a packet is lost; delay: `p` milliseconds more. */
  readonly how: 'partition' | 'loss' | 'delay';
  readonly p: number;
}

export type DoubtFault = Extract<Fault, { readonly kind: 'doubt' }>;

export interface VppFault {
  readonly kind: 'vpp';
  readonly at: number;
  readonly forMs: number;
  /** down: it ends, and is started again after `forMs`; text: a fault of the simulator (docs/simulator.md). */
  readonly how: 'down' | 'down-with-state' | 'hang' | 'disconnect' | { readonly text: string };
}

/** What somebody changes in VPP by hand. */
export type HandCommand =
  | { readonly do: 'weight'; readonly frontend: string; readonly backend: string; readonly weight: number }
  | { readonly do: 'remove-server'; readonly frontend: string; readonly backend: string }
  | { readonly do: 'remove-vip'; readonly frontend: string }
  | { readonly do: 'stray-vip'; readonly address: string }
  /** The plugin's own: for how many seconds an idle flow is remembered. */
  | { readonly do: 'settings'; readonly timeout: number };

/** How the config file changes. */
export type Edit =
  | {
      readonly do: 'weight';
      readonly frontend: string;
      readonly pool: string;
      readonly backend: string;
      readonly weight: number;
    }
  | { readonly do: 'drop-backend'; readonly frontend: string; readonly backend: string }
  | {
      readonly do: 'add-backend';
      readonly frontend: string;
      readonly pool: string;
      readonly backend: string;
      readonly weight: number;
    }
  | { readonly do: 'drop-frontend'; readonly frontend: string }
  | { readonly do: 'restore' }
  | { readonly do: 'sticky'; readonly frontend: string; readonly sticky: boolean }
  | { readonly do: 'fall'; readonly check: string; readonly fall: number; readonly rise: number }
  | { readonly do: 'enabled'; readonly backend: string; readonly enabled: boolean }
  | { readonly do: 'swap-pools'; readonly frontend: string }
  | { readonly do: 'address'; readonly backend: string }
  | { readonly do: 'check'; readonly backend: string; readonly check: string | null }
  | { readonly do: 'port'; readonly frontend: string; readonly port: number }
  | { readonly do: 'table-length'; readonly tableLength: number }
  | { readonly do: 'break' };

/** Each server has two addresses; the config names one of them. */
export function otherAddress(address: string): string {
  const pairs = [
    ['10.0.0.', '10.1.0.'],
    ['2001:db8:10::', '2001:db8:11::'],
  ] as const;
  for (const [one, other] of pairs) {
    if (address.startsWith(one)) return address.replace(one, other);
    if (address.startsWith(other)) return address.replace(other, one);
  }
  return address;
}

/** What waits for a message gives up after so long. */
const STRIKE_MS = 20_000;

/** When it is over: from then on it does nothing any more. */
export function endOf(fault: Fault): number {
  if (fault.kind === 'crash') return fault.at + STRIKE_MS;
  if (fault.kind === 'kill') return fault.at + STRIKE_MS + fault.downMs;
  const lasts = 'forMs' in fault ? fault.forMs : 0;
  const down = 'downMs' in fault ? fault.downMs : 0;
  const half = fault.kind === 'reload' ? fault.halfMs : 0;
  return fault.at + Math.max(lasts, down, half);
}
