import { MaglevError } from './errors.js';

/** How often the health of a live connection is looked at, in milliseconds. */
export const WATCH_MS = 1000;
/** An idle VPP is asked whether it lives every 10 s. */
const IDLE_PING_MS = 10_000;
/** A VPP that says nothing for this long, although it was asked, hangs: the connection is given up. */
export const SILENCE_MAX_MS = 6000;

/** Who asks for what VPP has is told that VPP is silent before a client with the usual deadline of 5 s gives up. */
export const SILENCE_TOLD_MS = 4500;
/** A VPP that owes an answer is pinged every second: without a word in this time it is silent. */
const SILENCE_MIN_MS = 1000;

/** What somebody is told who has waited for SILENCE_TOLD_MS; null: VPP talks, and is given more time. */
export function silenceError(lastWord: number, now: number): MaglevError | null {
  const silentMs = Math.min(SILENCE_TOLD_MS, now - lastWord);
  if (silentMs < SILENCE_MIN_MS) return null;
  return new MaglevError('MGL_VPP_TIMEOUT', `VPP has been silent for ${Math.floor(silentMs / 1000)} s`);
}

/** How long one connected VPP has owed answers without a word. Moments are monotonic milliseconds. */
export class VppSilence {
  /** Since when requests have been waiting; null: none waits. */
  #waitingSince: number | null = null;

  /**
   * `lastWord`: when VPP last said anything; `owes`: does it owe answers? hangs: it is to be given up, after so long a
   * silence; ping: it owes answers, or has been idle, and is to be asked whether it lives.
   */
  look(
    lastWord: number,
    owes: boolean,
    now: number,
  ): { readonly verdict: 'fine' | 'ping' | 'hangs'; readonly silentMs: number } {
    const quietMs = now - lastWord;
    this.#waitingSince = owes ? (this.#waitingSince ?? now) : null;
    const silentMs = this.#waitingSince === null ? 0 : Math.min(quietMs, now - this.#waitingSince);
    if (silentMs >= SILENCE_MAX_MS) return { verdict: 'hangs', silentMs };
    return { verdict: silentMs >= WATCH_MS || quietMs >= IDLE_PING_MS ? 'ping' : 'fine', silentMs };
  }
}
