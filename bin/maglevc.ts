#!/usr/bin/env node
import { hostname } from 'node:os';
import { isatty } from 'node:tty';
import { runMaglevc } from '../cli/maglevc.js';
import { realClock } from '../clock/real-clock.js';
import { runPrinting } from '../program/output.js';
import { nameProcess } from '../program/process-name.js';

nameProcess('maglevc');
// gRPC asks for servers by their IP address where they have no name, of which Node warns whoever cannot help it.
process.noDeprecation = true;
// Node gives a terminal back as it was behind SIGTERM and SIGINT, but not behind SIGHUP; 129 is what shells call that end.
if (isatty(0)) process.on('SIGHUP', () => process.exit(129));
const { stdout, stderr } = process;
const argv = process.argv.slice(2);

// The exit code is set, not forced, so that a pipe gets everything that was written to it.
process.exitCode = await runPrinting('maglevc', () =>
  runMaglevc({
    argv,
    env: process.env,
    clock: realClock,
    stdout,
    stderr,
    screen: stdout,
    hostname: hostname(),
    // Node opens it when it is looked at, and most command lines read nothing.
    get stdin() {
      return process.stdin;
    },
  }),
);
