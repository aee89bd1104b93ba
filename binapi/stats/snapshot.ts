import { MaglevError } from '../../domain/errors.js';
import type { CombinedCounters, SimpleCounters, Wanted } from './counters.js';
import type { StatsValue } from './values.js';

/** An entry to read: its name, and of counters which elements; all when there is no list. */
export interface StatsRequest {
  readonly name: string;
  readonly indexes?: readonly number[];
}

/** Entries of the segment, read at one moment of its structure. */
export class StatsSnapshot {
  /** VPP's count of structural changes. */
  readonly epoch: bigint;
  /** Seconds since the Unix epoch at which VPP started; 0 in its first moments. */
  readonly bootTime: number;
  /** Grows by 1 with every update interval of VPP. */
  readonly heartbeat: bigint;
  readonly #values: ReadonlyMap<string, StatsValue | null>;

  constructor(epoch: bigint, values: ReadonlyMap<string, StatsValue | null>) {
    this.epoch = epoch;
    this.#values = values;
    this.bootTime = Number(this.scalar('/sys/boottime') ?? 0n);
    this.heartbeat = this.scalar('/sys/heartbeat') ?? 0n;
  }

  /** The value of an entry that was asked for, of whatever kind; null if VPP has no such entry. */
  value(name: string): StatsValue | null {
    const value = this.#values.get(name);
    if (value === undefined) throw new RangeError(`"${name}" was not asked for`);
    return value;
  }

  /** Null if VPP has no such entry. Throws MGL_STATS_LAYOUT if it is of another kind; so do the others. */
  scalar(name: string): bigint | null {
    return this.#as('scalar', name)?.value ?? null;
  }

  simple(name: string): SimpleCounters | null {
    return this.#as('simple', name)?.counters ?? null;
  }

  combined(name: string): CombinedCounters | null {
    return this.#as('combined', name)?.counters ?? null;
  }

  names(name: string): readonly (string | null)[] | null {
    return this.#as('names', name)?.names ?? null;
  }

  #as<Kind extends StatsValue['kind']>(
    kind: Kind,
    name: string,
  ): Extract<StatsValue, { readonly kind: Kind }> | null {
    const value = this.value(name);
    if (value === null || isOfKind(value, kind)) return value;
    throw new MaglevError(
      'MGL_STATS_LAYOUT',
      `"${name}" in VPP's stats segment is of kind ${value.kind}, not ${kind}`,
    );
  }
}

/** Every snapshot has them. */
const ALWAYS_READ: readonly StatsRequest[] = [{ name: '/sys/heartbeat' }, { name: '/sys/boottime' }];

/** One request for each name: what one of several wants whole is read whole. */
export function wantedByName(requests: readonly StatsRequest[]): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const { name, indexes } of [...ALWAYS_READ, ...requests]) {
    const before = wanted.get(name) ?? [];
    wanted.set(name, indexes === undefined || before === 'all' ? 'all' : [...before, ...indexes]);
  }
  return wanted;
}

function isOfKind<Kind extends StatsValue['kind']>(
  value: StatsValue,
  kind: Kind,
): value is Extract<StatsValue, { readonly kind: Kind }> {
  return value.kind === kind;
}
