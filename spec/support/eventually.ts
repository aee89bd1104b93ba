/** Tries again, one turn of the event loop and a millisecond later, until it does not throw; gives up after 5 s. */
export async function eventually(check: () => unknown): Promise<void> {
  const deadline = performance.now() + 5000;
  for (;;) {
    try {
      await check();
      return;
    } catch (thrown) {
      if (performance.now() > deadline) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }
}
