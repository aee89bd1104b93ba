/** Why something is refused, or failed. */
export interface Failure {
  /** Stable, as in docs/errors.md. */
  readonly code: string;
  /** One sentence: what happened. */
  readonly message: string;
  /** One sentence: what to do. May be empty. */
  readonly advice: string;
}

export type Role = 'viewer' | 'operator' | 'admin';

/** Where the connection to a maglevd stands. Times are by the clock of maglevd-frontend. */
export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly since: number }
  /** What is known of it is from before `since`, and must not look fresh. */
  | { readonly state: 'lost'; readonly since: number; readonly error: Failure };

/** One maglevd, and one row of the overview. */
export interface Maglevd {
  /** Names it in URLs and events; no two have the same. */
  readonly id: string;
  /** For people: as -server named it, otherwise its address. Two may have the same; `address` tells them apart. */
  readonly name: string;
  /** As -server has it. */
  readonly address: string;
  readonly link: Link;
  /** The id of another entry that is the same running maglevd, under another address. */
  readonly sameAs: string | null;
  /** Its clock minus that of maglevd-frontend, in ms, and by how much that may be off. A difference below `error` says nothing. */
  readonly clock: { readonly skewMs: number; readonly error: number } | null;
  /** What maglevd-frontend may do there; null: not known, or nothing. */
  readonly role: Role | null;
  /** null until it was heard for the first time. */
  readonly summary: Summary | null;
  /** When `summary` was asked for last with success, by the clock of maglevd-frontend; null: never. */
  readonly readAt: number | null;
  /** Why it could not be asked for since then: what it says is from `readAt`. null: it could. */
  readonly readError: Failure | null;
}

/** As the first lines of `maglevc show status`. */
export interface Summary {
  readonly version: string;
  /** When that maglevd was started. */
  readonly startedAt: number;
  readonly vpp: VppState;
  readonly standing: Standing;
  readonly frontendsTotal: number;
  readonly frontendsUp: number;
  readonly backendsTotal: number;
  readonly backendsUp: number;
  readonly backendsDown: number;
  /** Backends that cannot be measured now. */
  readonly doubts: number;
  /** Members of pools of which VPP keeps what it has, for lack of a verdict. */
  readonly holds: number;
  /** Backends, and weights, of which an operator said something else than the config. */
  readonly overrides: number;
  /** Share of packets, 0..1, whose flows found no room in VPP's table of known flows. */
  readonly untrackedPackets: number | null;
  /** Over all that decides where VPP sends new flows. */
  readonly digest: string | null;
  /** Other maglevds whose VPP sends new flows elsewhere, for which frontends (those that both have), for 5 s at least. */
  readonly disagrees: readonly { readonly id: string; readonly frontends: readonly string[] }[];
  /** What the check of the running config warned of, a sentence each. */
  readonly warnings: readonly string[];
}

export interface VppState {
  /** `connected`, `disconnected`, `spare`, `paused`, `disabled` or `unknown`. */
  readonly state: string;
  readonly since: number | null;
  /** Of `paused`. */
  readonly until: number | null;
  /** Why it is not governed; '' = it is. */
  readonly reason: string;
  readonly code: string;
  /** Of a VPP that is connected. */
  readonly version: string | null;
  readonly pid: number | null;
  readonly bootedAt: number | null;
  readonly connectedAt: number | null;
}

/** How VPP stands to what was decided. */
export interface Standing {
  /** `equal`, `unverified`, `differs`, `pending`, `unread`, `unreachable` or `disabled`. */
  readonly state: string;
  /** A sentence each. */
  readonly differences: readonly string[];
}
