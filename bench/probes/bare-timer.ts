import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A timer in a process that does nothing else: what it is late by is the machine's doing, and nobody else's. */
export class BareTimer {
  readonly #child: ChildProcess = fork(new URL('./bare-timer-main.js', import.meta.url));

  /** How late it was each time since the last call, in milliseconds. */
  async lateness(): Promise<readonly number[]> {
    this.#child.send('tell');
    const [late] = (await once(this.#child, 'message')) as [readonly number[]];
    return late;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}
