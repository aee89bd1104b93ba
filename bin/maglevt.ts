#!/usr/bin/env node
import { realClock } from '../clock/real-clock.js';
import { runPrinting } from '../program/output.js';
import { nameProcess } from '../program/process-name.js';
import { hostName } from '../tester/host-name.js';
import { runMaglevt } from '../tester/maglevt.js';

nameProcess('maglevt');
const { stdout, stderr, env } = process;
const BUG = 70;
const restores: (() => void)[] = [];
const restore = () => {
  for (const one of restores.splice(0)) one();
};

// However it ends, the terminal is given back first.
process.on('exit', restore);
for (const kind of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(kind, (error: unknown) => {
    restore();
    stderr.write(`maglevt: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(BUG);
  });
}

// Sockets of probes that were given up keep nobody waiting.
process.exit(
  await runPrinting('maglevt', () =>
    runMaglevt({
      argv: process.argv.slice(2),
      env,
      clock: realClock,
      // Node opens it when it is looked at.
      stdin: () => process.stdin,
      stdout,
      stderr,
      hostname: hostName(),
      onEnd: (end) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
      },
      onStop: (stop) => process.on('SIGTSTP', stop),
      atExit: (one) => restores.push(one),
    }),
  ),
);
