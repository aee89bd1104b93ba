/** A clock that was set by less is no news, in milliseconds. NTP moves it far less from one look to the next. */
const JUMP_MS = 250;

/** Notices that the wall clock of a machine was set, by one that cannot be. Both in milliseconds. */
export class ClockJumps {
  /** Wall time less monotonic time. */
  #offset: number | null = null;

  /** By how much it was set since the last look; null: not, or by so little that it is no news. */
  look(now: number, monotonic: number): number | null {
    const offset = now - monotonic;
    const jumpMs = Math.round(offset - (this.#offset ?? offset));
    this.#offset = offset;
    return Math.abs(jumpMs) >= JUMP_MS ? jumpMs : null;
  }
}
