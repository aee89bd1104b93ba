import { MaglevError } from '../../domain/errors.js';
import type { Clock } from '../../protocol/clock.js';
import { isUnchanged, readHeader, type SegmentHeader } from './header.js';
import { BadLayout, type SegmentMemory } from './segment-memory.js';
import { SegmentView } from './segment-view.js';

export interface LookOptions {
  readonly memory: SegmentMemory;
  readonly clock: Clock;
  /** Milliseconds after which a segment that VPP does not stop changing is given up. */
  readonly patienceMs: number;
  /** A look saw something that must not be believed. */
  readonly onDiscard: () => void;
}

/** Milliseconds between two looks. */
const PAUSE = 1;
/**
 * How often something impossible must be seen in an unchanged segment before it is believed. VPP makes a few small
 * changes outside of its own lock.
 */
const BELIEVED_AFTER = 5;

/**
 * Runs `look` until VPP has not changed the structure of the segment meanwhile, and returns what it gave. Rejects with
 * MGL_STATS_BUSY when that does not happen in time, MGL_STATS_LAYOUT when the segment makes no sense.
 */
export async function consistentLook<T>(
  options: LookOptions,
  look: (view: SegmentView) => Promise<T>,
): Promise<T> {
  const { memory, clock, patienceMs } = options;
  const deadline = clock.monotonic() + patienceMs;
  for (let nonsense = 0; ; ) {
    const before = headerOrError(memory);
    if (!before.inProgress) {
      const seen = await attempt(() => look(new SegmentView(memory, before)));
      if (isUnchanged(before, headerOrError(memory))) {
        if (seen.kind === 'value') return seen.value;
        nonsense++;
        if (nonsense === BELIEVED_AFTER) throw layoutError(seen.fault);
      }
      options.onDiscard();
    }
    if (clock.monotonic() >= deadline) {
      throw new MaglevError(
        'MGL_STATS_BUSY',
        `VPP did not stop changing its stats segment for ${patienceMs} ms`,
      );
    }
    await new Promise<void>((resolve) => clock.schedule(PAUSE, resolve));
  }
}

type Seen<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'nonsense'; readonly fault: BadLayout };

async function attempt<T>(look: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { kind: 'value', value: await look() };
  } catch (thrown) {
    if (thrown instanceof BadLayout) return { kind: 'nonsense', fault: thrown };
    throw thrown;
  }
}

/** The header is never half written, so that its faults need no second look. */
function headerOrError(memory: SegmentMemory): SegmentHeader {
  try {
    return readHeader(memory);
  } catch (thrown) {
    throw thrown instanceof BadLayout ? layoutError(thrown) : thrown;
  }
}

export function layoutError(fault: BadLayout): MaglevError {
  return new MaglevError('MGL_STATS_LAYOUT', `VPP's stats segment cannot be read: ${fault.message}`, {
    cause: fault,
  });
}
