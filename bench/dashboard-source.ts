import { StandInMaglevd } from '../spec/support/stand-in-maglevd.js';
import { serveStandIn } from '../spec/support/stand-in-server.js';

// A maglevd with so many backends, of which so many change a second; tells its address.
const [backends = 10_000, changes = 1000] = process.argv.slice(2).map(Number);
const sites = Object.fromEntries(
  Array.from({ length: Math.ceil(backends / 100) }, (_, f) => [
    `site${f}`,
    Array.from({ length: 100 }, (__, b) => `web${f}-${b}`),
  ]),
);
const maglevd = new StandInMaglevd(Date.now, sites);
const names = [...maglevd.backends.keys()];
const { address } = await serveStandIn(maglevd);
process.stdout.write(`${address}\n`);

const TICK_MS = 20;
let next = 0;
let due = 0;
let at = performance.now();
setInterval(() => {
  const now = performance.now();
  due += ((now - at) / 1000) * changes;
  at = now;
  for (; due >= 1; due--) {
    const name = names[(next++ * 7919) % names.length] ?? '';
    const up = maglevd.backends.get(name)?.state === 'up';
    maglevd.transition(name, up ? 'down' : 'up', up ? 'L4CON connection refused' : 'L7OK HTTP 200');
  }
}, TICK_MS);
