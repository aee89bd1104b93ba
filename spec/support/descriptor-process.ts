import { writeSync } from 'node:fs';
import { realClock } from '../../clock/real-clock.js';
import { serveDescriptor } from '../../linux/fd-server.js';
import { createMemfd } from '../../linux/memfd.js';

/** A process that hands out memory with the text of its second argument on the socket of its first. */
const [path = '', text = ''] = process.argv.slice(2);
const fd = createMemfd('spec memory', 4096);
writeSync(fd, text, 0);
serveDescriptor({ path, fd, clock: realClock });
process.stdout.write('ready\n');
