import { LabelledCounts } from '../domain/labelled-counts.js';
import type { ApiTrace } from './trace.js';

/** Counts messages to and from VPP, over all connections that follow one another. */
export class MessageTally {
  readonly #counts = new LabelledCounts();

  readonly rows = () => this.#counts.rows();

  /** The same trace, which counts as well. */
  counting(trace: ApiTrace): ApiTrace {
    return {
      ...trace,
      count: (direction, message, ok) => {
        this.#counts.add([
          // VPP may send what it likes: the number of names is bounded.
          /^id \d/.test(message) ? 'unknown' : message,
          direction === 'send' ? 'send' : 'recv',
          ok ? 'success' : 'failure',
        ]);
      },
    };
  }
}
