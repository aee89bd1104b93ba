#!/usr/bin/env node
import { realClock } from '../actors/kernel/real-clock.js';
import { runMaglevc } from '../cli/maglevc.js';

const { stdout, stderr } = process;

// A reader that has seen enough, as in `maglevc show frontends | head -1`, is no error: the rest goes nowhere.
for (const stream of [stdout, stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.exitCode = 1;
  });
}

// The exit code is set, not forced, so that a pipe gets everything that was written to it.
process.exitCode = await runMaglevc({
  argv: process.argv.slice(2),
  env: process.env,
  clock: realClock,
  stdout,
  stderr,
});
