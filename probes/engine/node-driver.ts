import { asMaglevError } from '../../domain/errors.js';
import type { Cancel } from '../../protocol/clock.js';
import { prepareProbe } from '../prepare.js';
import type { Probe, Surroundings } from '../probe.js';
import type { ProbeTarget } from '../target.js';
import type { Behalf, Ended, TargetDriver } from './thread.js';

/** A target that cannot be prepared has an error in place of a probe. */
interface Known {
  readonly probe: Probe | null;
  readonly error: string;
  readonly around: Surroundings;
  cancel: Cancel | null;
}

/** Runs probes each by itself, on the event loop of this thread. They look after their own time. */
export class NodeDriver implements TargetDriver {
  readonly #around: Omit<Surroundings, 'onItsBehalf'>;
  readonly #ended: Ended;
  readonly #behalf: Behalf;
  readonly #known: (Known | undefined)[] = [];

  constructor(around: Omit<Surroundings, 'onItsBehalf'>, behalf: Behalf, ended: Ended) {
    this.#around = around;
    this.#behalf = behalf;
    this.#ended = ended;
  }

  readonly know = (row: number, target: ProbeTarget): void => {
    this.#known[row]?.probe?.close?.();
    const onItsBehalf = (work: () => void) => {
      const before = this.#behalf.enter(row);
      work();
      this.#behalf.leave(before);
    };
    const around = { ...this.#around, onItsBehalf };
    try {
      this.#known[row] = { probe: prepareProbe(target), error: '', around, cancel: null };
    } catch (thrown) {
      this.#known[row] = { probe: null, error: asMaglevError(thrown).message, around, cancel: null };
    }
  };

  readonly forget = (row: number): void => {
    this.#known[row]?.probe?.close?.();
    this.#known[row] = undefined;
  };

  /** Lets go of all that probes keep for the next ones. */
  leave(): void {
    for (const known of this.#known) known?.probe?.close?.();
  }

  readonly start = (row: number): void => {
    const known = this.#known[row];
    if (known === undefined) return;
    const { probe, around, error } = known;
    if (probe === null) {
      this.#ended(row, { verdict: 'doubt', code: 'ENGINE', detail: error, durationMs: 0 });
      return;
    }
    known.cancel = probe.run(around, (result) => {
      known.cancel = null;
      this.#ended(row, result);
    });
  };

  readonly expire = (): void => {};

  readonly abandon = (row: number): void => {
    const known = this.#known[row];
    known?.cancel?.();
    if (known !== undefined) known.cancel = null;
  };
}
