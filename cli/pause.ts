import type { Clock } from '../protocol/clock.js';

/** Until the time is over, or somebody has seen enough. */
export function pause({ clock }: { readonly clock: Clock }, until: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.schedule(ms, () => {
      until.removeEventListener('abort', now);
      resolve();
    });
    const now = () => {
      cancel();
      resolve();
    };
    until.addEventListener('abort', now, { once: true });
    if (until.aborted) now();
  });
}
