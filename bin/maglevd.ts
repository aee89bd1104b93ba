#!/usr/bin/env -S node --max-semi-space-size=2 --no-parallel-scavenge --v8-pool-size=1 --heap-growing-percent=100
// Before anything else is loaded, which takes a while: a signal must find a handler from the very first moment.
const handlers = new Map<string, () => void>();
const early: string[] = [];
for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT', 'SIGUSR2'] as const) {
  process.on(signal, () => {
    const handle = handlers.get(signal);
    if (handle === undefined) early.push(signal);
    else handle();
  });
}

// Node opens a debugger at this signal unless somebody listens, and whoever reaches that could do anything.
process.on('SIGUSR1', () => {});

function onSignal(signal: 'SIGHUP' | 'SIGTERM' | 'SIGINT' | 'SIGUSR2', handle: () => void): void {
  handlers.set(signal, handle);
  if (early.includes(signal)) handle();
}

const { nameProcess } = await import('../program/process-name.js');
nameProcess('maglevd');

/** How long the end waits for a reader of the log that does not read. */
const LAST_WORDS_MS = 500;

const { main } = await import('../daemon/main.js');
const { endProcess } = await import('../daemon/end-process.js');
const exitCode = await main(onSignal);
process.stdout.write('', () => endProcess(exitCode));
setTimeout(() => endProcess(exitCode), LAST_WORDS_MS);

export type {};
