import type { Change, PictureAnswer, StateAnswer } from '../../contract.js';
import { Site, type Touched } from './site.js';

/** Where the stream stands: changes up to `seq` in that life of maglevd-frontend are known. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

export interface FleetWatcher {
  /** Maglevds, or all that is known of them, are others than before. */
  readonly reloaded: () => void;
  readonly touched: (id: string, touched: Touched) => void;
  /** The picture of this maglevd is to be fetched anew. */
  readonly refetch: (id: string) => void;
}

/** All maglevds: a state, and the messages of the stream behind it. A message is applied once, whoever brings it again. */
export class Fleet {
  /** In the order of -server. */
  readonly sites = new Map<string, Site>();
  readonly #watcher: FleetWatcher;
  #position: Position | null = null;

  constructor(watcher: FleetWatcher) {
    this.#watcher = watcher;
  }

  /** null: no state was loaded yet. */
  get position(): Position | null {
    return this.#position;
  }

  load({ epoch, seq, maglevds, pictures }: StateAnswer): void {
    this.#position = { epoch, seq };
    const before = new Map(this.sites);
    this.sites.clear();
    for (const row of maglevds) {
      const site = before.get(row.id) ?? new Site(row);
      site.load(row, pictures[row.id] ?? null, seq);
      this.sites.set(row.id, site);
    }
    this.#watcher.reloaded();
  }

  /** Takes one picture anew. Says whether it is of use: not when maglevd-frontend was restarted meanwhile. */
  loadOne({ epoch, seq, maglevd, picture }: PictureAnswer): boolean {
    const site = this.sites.get(maglevd.id);
    if (site === undefined || epoch !== this.#position?.epoch) return false;
    site.load(maglevd, picture, seq);
    for (const what of ['row', 'shape'] as const) this.#watcher.touched(maglevd.id, { what });
    return true;
  }

  /** A message of the stream. Says whether it was new. */
  apply(at: Position, changes: readonly Change[]): boolean {
    const known = this.#position;
    if (known === null || at.epoch !== known.epoch || at.seq <= known.seq) return false;
    this.#position = at;
    for (const change of changes) {
      const site = this.sites.get(change.maglevd);
      if (site === undefined) continue;
      if (change.kind === 'refetch') this.#watcher.refetch(change.maglevd);
      const touched = site.apply(change, at.seq);
      if (touched === null) continue;
      if (touched.what !== 'counters' || change.kind !== 'counters') {
        this.#watcher.touched(change.maglevd, touched);
        continue;
      }
      for (const { frontend } of change.vips) this.#watcher.touched(change.maglevd, { ...touched, frontend });
    }
    return true;
  }
}

/** `<epoch>-<seq>`; null when it is none. */
export function positionOf(id: string): Position | null {
  const match = /^(.+)-(\d{1,15})$/.exec(id);
  return match === null ? null : { epoch: match[1] ?? '', seq: Number(match[2]) };
}
