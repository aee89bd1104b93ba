import type { BackendLife, Transition } from '../domain/backend-life.js';
import type { HealthCheck } from '../domain/config.js';
import type { BackendState } from '../domain/health.js';
import type { IpAddress } from '../domain/ip.js';
import type { ProbeReading } from '../domain/probe-numbers.js';
import type { ProbeResult } from '../domain/probe-result.js';
import type { Standing } from '../domain/rise-fall.js';
import type { Slice } from '../domain/slice.js';
import type { Address, Reply } from './address.js';

/** What the decision has to know of a backend. */
export interface BackendReport {
  readonly name: string;
  /** Which server this is about: the address may be another by now. */
  readonly address: IpAddress;
  readonly state: BackendState;
  /** It has been without a verdict for too long, for no reason of our own: it counts as down. */
  readonly givenUp: boolean;
}

/** The state of a backend changed, or it was given up. */
export interface BackendChanged {
  readonly type: 'backend-changed';
  readonly report: BackendReport;
  /** null when only `givenUp` changed. */
  readonly transition: Transition | null;
}

/** One backend, in all detail. */
export interface BackendDetail {
  readonly name: string;
  readonly life: BackendLife;
  readonly givenUp: boolean;
}

/** What can be read of the probes of backends, by their names, at any time and by anybody. */
export interface ProbeReadings {
  /** null = it was never probed. */
  readonly reading: (backend: string) => ProbeReading | null;
}

/** What the health supervisor can be asked. */
export type HealthRequest =
  | { readonly type: 'list-states'; readonly reply: Reply<readonly BackendReport[]> }
  /** Every backend of the config, as it was last known. */
  | { readonly type: 'list-details'; readonly slice?: Slice; readonly reply: Reply<readonly BackendDetail[]> }
  /** The numbers of all probes, to be read whenever somebody wants to. */
  | { readonly type: 'get-probe-numbers'; readonly reply: Reply<ProbeReadings> }
  /** Fails with MGL_BACKEND_UNKNOWN. */
  | { readonly type: 'get-detail'; readonly name: string; readonly reply: Reply<BackendDetail> };

/** Who is to be probed, and how its results are counted. */
export interface ProbeWish {
  /** Name of the backend. */
  readonly backend: string;
  readonly address: IpAddress;
  readonly check: HealthCheck;
  /** What is told of it carries this number: what carries another is old. */
  readonly round: number;
}

export type ProberRequest =
  /** Begin to probe it, from what is known of it on; the first probe is due in so many milliseconds. */
  | (ProbeWish & {
      readonly type: 'watch';
      readonly standing: Standing;
      readonly startMs: number;
      readonly report: Address<Probed>;
    })
  /** The same is asked of it as before, but at another pace, or counted in another way. */
  | (ProbeWish & { readonly type: 'retune' })
  | { readonly type: 'cancel'; readonly backend: string };

/** A result that changes what is known of a backend, or is another than the last one by its code or detail. */
export interface Probed {
  readonly type: 'probed';
  readonly round: number;
  readonly result: ProbeResult;
  /** What is known of it with this result. */
  readonly standing: Standing;
}
