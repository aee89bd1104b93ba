import type { MaglevConfig } from '../domain/config.js';
import type { LbCounters } from '../domain/lb-counters.js';
import type { Override } from '../domain/overrides.js';
import type { Standings } from '../domain/standings.js';
import type { BackendView, FrontendView } from '../domain/views.js';
import type { VppMemory } from '../domain/vpp-memory.js';
import type { EventsCondition } from '../protocol/events.js';
import type { BackendDetail } from '../protocol/health.js';
import type { Readers } from '../protocol/readings.js';
import type { VppInfo } from '../protocol/vpp.js';
import type { EventTally } from './event-tally.js';

/** One actor and those below it, as the kernel describes them. */
export interface ActorNode {
  readonly path: string;
  readonly mailbox: number;
  readonly children: readonly ActorNode[];
}

/** The maglevd that is asked. */
export interface About {
  readonly version: string;
  /** null: not known. */
  readonly commit: string | null;
  readonly node: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** What this process uses. */
export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** What can be looked at without asking anybody. */
export interface Surroundings {
  readonly about: About;
  readonly readers: Readers;
  /** null: the tree is not there. */
  readonly describe: () => ActorNode | null;
  readonly deadLetters: () => number;
  readonly use: () => ProcessUse;
}

/** The parts of maglevd that are asked. */
export type Part = 'config' | 'views' | 'health' | 'operator' | 'events' | 'vpp';

/** What all parts answered. What was not answered is null. */
export interface Snapshot {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly tookMs: number;
  /** Which parts answered. */
  readonly parts: ReadonlyMap<Part, boolean>;
  readonly config: { readonly running: MaglevConfig; readonly hash: string } | null;
  readonly frontends: readonly FrontendView[];
  readonly backends: readonly BackendView[];
  readonly health: ReadonlyMap<string, BackendDetail>;
  readonly overrides: readonly Override[];
  readonly events: EventsCondition | null;
  /** null: VPP is disabled, or who answers for it does not answer. */
  readonly standings: Standings | null;
  /** null: VPP is not connected. */
  readonly vpp: VppInfo | null;
  readonly memory: VppMemory | null;
  /** null: they cannot be read. */
  readonly counters: LbCounters | null;
  readonly actors: ActorNode | null;
  readonly deadLetters: number;
  readonly use: ProcessUse;
  readonly about: About;
  readonly readers: Readers;
  readonly tally: EventTally;
  readonly scrapes: readonly { readonly labels: readonly string[]; readonly count: number }[];
}
