#!/usr/bin/env node
import { nameProcess } from '../program/process-name.js';
import { main } from '../web/main.js';

nameProcess('maglevd-frontend');
// gRPC asks for servers by their IP address where they have no name, of which Node warns whoever cannot help it.
process.noDeprecation = true;
// Nothing is read again at it: files of TLS are looked at by themselves.
process.on('SIGHUP', () => {});
// Node opens a debugger at this signal unless somebody listens.
process.on('SIGUSR1', () => {});

const ending = new Promise<string>((resolve) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve(signal));
});
process.exit(await main(ending));
