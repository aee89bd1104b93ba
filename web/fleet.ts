import type { Cancel, Clock } from '../protocol/clock.js';
import type { OwnChange } from './board.js';
import type { Maglevd, MaglevdsAnswer, PictureAnswer, StateAnswer, Summary } from './contract.js';
import { Disagreements } from './disagreements.js';
import { Journal } from './journal.js';
import { summaryRow } from './summary-row.js';
import { Upstream } from './upstream.js';
import type { UpstreamPlace } from './upstream-api.js';

export interface FleetOptions {
  readonly places: readonly UpstreamPlace[];
  readonly clock: Clock;
  /** Names this life of the dashboard. */
  readonly epoch: string;
}

/** Rows of the overview are put together so often at most, in ms: they count over everything. */
const ROWS_MS = 250;

/** All maglevds, and what is told of them. */
export class Fleet {
  readonly journal: Journal;
  readonly #options: FleetOptions;
  readonly #upstreams: ReadonlyMap<string, Upstream>;
  readonly #rows = new Map<string, { readonly row: Maglevd; readonly text: string }>();
  readonly #disagreements: Disagreements;
  #due: Cancel | null = null;
  #recount: Cancel = () => {};
  #rowsAt = Number.NEGATIVE_INFINITY;

  constructor(options: FleetOptions) {
    const { places, clock, epoch } = options;
    this.#options = options;
    this.#disagreements = new Disagreements(clock);
    this.journal = new Journal({ clock, epoch });
    this.#upstreams = new Map(
      places.map((place) => {
        const tell = (change: OwnChange) => this.journal.add({ maglevd: place.id, ...change });
        const rowChanged = (atOnce: boolean) => (atOnce ? this.#showRows() : this.#showRowsSoon());
        return [place.id, new Upstream({ place, clock, tell, rowChanged })];
      }),
    );
    this.#showRows();
  }

  /** undefined: -server names none with this id. */
  upstream(id: string): Upstream | undefined {
    return this.#upstreams.get(id);
  }

  /** Resolves when all have ended. */
  async run(): Promise<void> {
    await Promise.all([...this.#upstreams.values()].map((one) => one.run()));
  }

  end(): void {
    this.#due?.();
    this.#recount();
    this.journal.end();
    for (const one of this.#upstreams.values()) one.end();
  }

  maglevds(): MaglevdsAnswer {
    return { maglevds: this.#allRows() };
  }

  state(): StateAnswer {
    this.journal.flush();
    const { epoch, seq } = this.journal;
    const pictures = [...this.#upstreams].flatMap(([id, { picture }]) =>
      picture === null ? [] : [[id, picture]],
    );
    return { epoch, seq, maglevds: this.#allRows(), pictures: Object.fromEntries(pictures) };
  }

  /** null: there is none with this id. */
  picture(id: string): PictureAnswer | null {
    this.journal.flush();
    const { epoch, seq } = this.journal;
    const maglevd = this.#rows.get(id)?.row;
    return maglevd === undefined
      ? null
      : { epoch, seq, maglevd, picture: this.upstream(id)?.picture ?? null };
  }

  #allRows(): Maglevd[] {
    return [...this.#rows.values()].map(({ row }) => row);
  }

  #showRowsSoon(): void {
    if (this.#due !== null) return;
    const { clock } = this.#options;
    const waitMs = Math.max(0, this.#rowsAt + ROWS_MS - clock.monotonic());
    this.#due = clock.schedule(waitMs, () => this.#showRows());
  }

  #showRows(): void {
    this.#due?.();
    this.#due = null;
    this.#recount();
    const { clock } = this.#options;
    this.#rowsAt = clock.monotonic();
    this.#disagreements.begin();
    for (const [id, upstream] of this.#upstreams) {
      const row = this.#rowOf(upstream);
      const text = JSON.stringify(row);
      if (this.#rows.get(id)?.text === text) continue;
      this.#rows.set(id, { row, text });
      this.journal.add({ maglevd: id, kind: 'maglevd', row });
    }
    const recountMs = this.#disagreements.end();
    if (recountMs !== null) this.#recount = clock.schedule(recountMs, () => this.#showRows());
  }

  #rowOf(upstream: Upstream): Maglevd {
    const { place, link, epoch, reading, board } = upstream;
    const { status } = reading;
    const twin = [...this.#upstreams.values()].find((other) => other.epoch === epoch && epoch !== null);
    return {
      id: place.id,
      name: place.name,
      address: place.address,
      link,
      sameAs: twin === undefined || twin === upstream ? null : twin.place.id,
      clock: reading.clock,
      role: reading.role,
      summary:
        status === null
          ? null
          : summaryRow({
              status,
              frontends: board.frontends,
              backends: board.backends,
              digest: reading.digest,
              untrackedPackets: reading.untrackedPackets,
              disagrees: this.#disagreeing(upstream),
            }),
      readAt: reading.statusRead.at,
      readError: reading.statusRead.error,
    };
  }

  /** Those whose tables are known now, and that are not the same maglevd. */
  #disagreeing(upstream: Upstream): Summary['disagrees'] {
    const { digest } = upstream.reading;
    if (digest === null || upstream.link.state !== 'connected') return [];
    return [...this.#upstreams.values()].flatMap((other) => {
      const theirs = other.reading.digest;
      const isAnother =
        other !== upstream && other.epoch !== upstream.epoch && other.link.state === 'connected';
      if (!isAnother || theirs === null || theirs === digest) return [];
      const frontends = upstream.board.frontends.flatMap(({ name, digest: mine }) => {
        const there = other.board.frontend(name)?.digest ?? null;
        return mine === null || there === null || there === mine ? [] : [name];
      });
      const lasting = this.#disagreements.lasting(upstream.place.id, other.place.id, frontends);
      return lasting.length === 0 ? [] : [{ id: other.place.id, frontends: lasting }];
    });
  }
}
