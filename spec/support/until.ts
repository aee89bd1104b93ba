/** Far above what anything here takes, on a machine with too much to do. */
const PATIENCE_MS = 20_000;

/** Asks again, a millisecond later, until it is so; gives up after 20 s. */
export async function until(
  is: () => boolean | Promise<boolean>,
  what = 'what was waited for',
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await is())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
