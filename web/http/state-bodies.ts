import type { Clock } from '../../protocol/clock.js';
import type { Fleet } from '../fleet.js';
import { JsonBody } from './respond.js';

/** A state is written anew for those who ask after so long, in ms; until then the stream leads on from it. */
const STATE_MS = 1000;

/** The state of all maglevds, or of one, written and packed once for all who ask within a second. */
export class StateBodies {
  readonly #fleet: Fleet;
  readonly #clock: Clock;
  readonly #kept = new Map<string | null, { readonly at: number; readonly body: JsonBody }>();

  constructor(fleet: Fleet, clock: Clock) {
    this.#fleet = fleet;
    this.#clock = clock;
  }

  whole(): JsonBody {
    return this.#body(null, () => this.#fleet.state());
  }

  /** null: there is none with this id. */
  of(id: string): JsonBody | null {
    if (this.#fleet.upstream(id) === undefined) return null;
    return this.#body(id, () => this.#fleet.picture(id));
  }

  #body(key: string | null, read: () => unknown): JsonBody {
    const now = this.#clock.monotonic();
    const before = this.#kept.get(key);
    // Older than what the stream keeps it must not become.
    if (before !== undefined && now - before.at < STATE_MS) return before.body;
    const body = new JsonBody(read());
    this.#kept.set(key, { at: now, body });
    return body;
  }
}
