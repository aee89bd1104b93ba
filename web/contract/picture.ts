import type { Standing } from './maglevd.js';

/** All that is known of one maglevd. When it is lost, the last that was heard. */
export interface Picture {
  /** In the order of its config. */
  readonly frontends: readonly Frontend[];
  readonly backends: readonly Backend[];
  /** Newest first, at most 50. */
  readonly syncs: readonly Sync[];
  readonly debts: readonly Debt[];
  /** The last counters; null: none were read yet, or VPP tells none. */
  readonly counters: Counters | null;
}

/** A frontend. One change has it without `pools`: those come member by member. */
export interface FrontendHead {
  readonly name: string;
  readonly address: string;
  /** `tcp`, `udp` or `any`. */
  readonly protocol: string;
  /** 0 = every port. */
  readonly port: number;
  readonly description: string;
  readonly srcIpSticky: boolean;
  readonly flushOnDown: boolean;
  /** `unknown`, `up` or `down`. */
  readonly state: string;
  /** Of its last change of state that was heard. */
  readonly since: number | null;
  /** Name of the pool that gets the new flows. */
  readonly activePool: string | null;
  readonly standing: Standing;
  readonly doubts: number;
  readonly holds: number;
  readonly overrides: number;
  /** By how many hundredths of new flows the share of a server is off at most. */
  readonly shareError: number | null;
  /** Of the table in VPP; null: as `Member.buckets`. */
  readonly digest: string | null;
  readonly tableLength: number | null;
}

export interface Frontend extends FrontendHead {
  readonly pools: readonly Pool[];
}

export interface Pool {
  readonly name: string;
  readonly members: readonly Member[];
}

/** A backend in a pool of a frontend. Its state, its cause and doubts are those of the Backend with that name. */
export interface Member {
  /** Name of the backend. */
  readonly backend: string;
  /** As it counts: of the config, or of an operator. */
  readonly weight: number;
  /** Of the config, where an operator has set another one. */
  readonly configuredWeight: number | null;
  /** What VPP should have; null: no verdict yet, what VPP has is kept (a hold). */
  readonly effectiveWeight: number | null;
  /** What VPP has, as it was last read or written. */
  readonly vppWeight: number | null;
  /** Of VPP's table; null: it was not read since VPP changed it, or VPP is not there. */
  readonly buckets: number | null;
  /** Of new flows, 0..1: what the weight asks for, and what the table gives. */
  readonly shareAsked: number | null;
  readonly shareGiven: number | null;
  /** Why the effective weight is what it is, for people. */
  readonly reason: string;
}

export interface Backend {
  readonly name: string;
  readonly address: string;
  /** '' = it is not probed and counts as up. */
  readonly healthcheck: string;
  readonly enabled: boolean;
  /** `unknown`, `up`, `down`, `paused`, `disabled` or `removed`. */
  readonly state: string;
  readonly since: number | null;
  /** The state before, why it changed in words, and the code of the probe that decided it ('' = it was none). */
  readonly from: string;
  readonly cause: string;
  readonly code: string;
  /** It has been unknown for so long that it counts as down. */
  readonly givenUp: boolean;
  /** Why it cannot be measured now. Its state is frozen meanwhile. */
  readonly doubt: { readonly since: number; readonly code: string; readonly detail: string } | null;
  /** What an operator said of it where the config says something else: `paused`, `disabled`, `enabled`; '' = nothing. */
  readonly override: string;
  readonly frontends: readonly string[];
}

/** One sync; those that changed nothing one after the other are one. */
export interface Sync {
  readonly id: number;
  /** `all` or `vip`. */
  readonly scope: string;
  readonly frontend: string | null;
  /** `tick`, `decision`, `asked`, `retry` or `unsure`. */
  readonly cause: string;
  readonly start: number;
  readonly durationMs: number;
  readonly vipAdded: number;
  readonly vipRemoved: number;
  readonly asAdded: number;
  readonly asRemoved: number;
  readonly asWeightUpdated: number;
  readonly failures: number;
  /** What VPP does not tell, a sentence each. */
  readonly unverified: readonly string[];
  /** '' = it was finished. */
  readonly error: string;
  /** So many that changed nothing came right after it, the last of them at `last`. */
  readonly repeats: number;
  readonly last: number;
}

/** Flows that would change their server if this VPP restarted now, as `maglevc show vpp debts`. */
export interface Debt {
  /** '' = no frontend wants the VIP. */
  readonly frontend: string;
  /** `192.0.2.1/32,tcp,80` */
  readonly vip: string;
  readonly flows: number;
  readonly certain: number;
  readonly most: number;
  readonly estimate: number | null;
  readonly since: number | null;
}

/** One reading. Totals begin at 0 when VPP starts; a rate is of the time between this reading and the one before. */
export interface Counters {
  readonly at: number;
  readonly vips: readonly VipCounters[];
}

export interface VipCounters {
  /** '' = no frontend wants the VIP. */
  readonly frontend: string;
  /** `192.0.2.1/32,tcp,80` */
  readonly vip: string;
  /** Packets of known flows, first packets of flows, forwarded without being remembered, and dropped as nobody had weight. */
  readonly next: number;
  readonly first: number;
  readonly untracked: number;
  readonly noServer: number;
  /** All packets and bytes for the address, of whatever port; null: VPP does not tell. */
  readonly packets: number | null;
  readonly bytes: number | null;
  /** Of next + first + untracked + noServer; null at the first reading. */
  readonly packetsPerSecond: number | null;
  /** First packets: new flows. */
  readonly flowsPerSecond: number | null;
  readonly servers: readonly ServerCounters[];
}

/** What went to one server. VIPs that share a server share its counters: the sum over VIPs says nothing. */
export interface ServerCounters {
  /** '' = the frontend has no backend with this address. */
  readonly backend: string;
  readonly address: string;
  readonly packets: number | null;
  readonly bytes: number | null;
  readonly packetsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
}

/** One thing that maglevd told, as its log has it. */
export interface TimelineEvent {
  /** Of that maglevd, from 1 up without a gap in one life of it. */
  readonly seq: number;
  /** Names the life of maglevd in which it has this number. */
  readonly epoch: string;
  readonly at: number;
  /** `info`, `warn` or `error`. */
  readonly level: string;
  /** As docs/user-guide.md lists them: `backend-transition`, `vpp-lbsync-done`, `operator-action`. */
  readonly msg: string;
  /** Fields by name. Text as it is, everything else as JSON. */
  readonly attrs: Readonly<Record<string, string>>;
}
