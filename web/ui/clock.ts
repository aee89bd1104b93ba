/** The browser's time: the only file of the page that touches it. */

/** Milliseconds since 1970, as the machine of the reader has them. */
export function now(): number {
  return Date.now();
}

/** Milliseconds that never jump. */
export function ticks(): number {
  return performance.now();
}

/** Calls again and again, until what it gives is called. */
export function every(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  return () => clearInterval(timer);
}

/** Calls once, unless what it gives is called before. */
export function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  return () => clearTimeout(timer);
}

/**
 * Gathers calls: the task runs once, before the next frame is drawn. A page that is hidden draws none: there it runs within a
 * second.
 */
export function atNextFrame(task: () => void): () => void {
  let due = false;
  const run = () => {
    if (!due) return;
    due = false;
    task();
  };
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(run);
    if (document.visibilityState === 'hidden') setTimeout(run, 1000);
  };
}
