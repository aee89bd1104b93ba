import { parentPort } from 'node:worker_threads';
import { HttpResponse } from '../../probes/http-response.js';
import '../../probes/engine/worker-main.js';
import type { Step } from '../../probes/engine/messages.js';

/** The worker of the engine, with a weakness: it does what the path of an HTTP target tells it to. */
parentPort?.on('message', (steps: readonly Step[]) => {
  for (const step of steps)
    if (step.type === 'watch' && step.target.probe.type === 'http') obey(step.target.probe.http.path);
});

// And it does not stand everything that servers say.
const feed = HttpResponse.prototype.feed;
HttpResponse.prototype.feed = function (bytes) {
  if (bytes.includes('poison: slow')) for (;;);
  if (bytes.includes('poison: fast')) throw new Error('cannot read this');
  return feed.call(this, bytes);
};

function obey(path: string): void {
  if (path === '/exit') process.exit(3);
  if (path === '/throw') throw new Error('thrown for a spec');
  if (path === '/hang') for (;;);
  const ms = /^\/stall\/(\d+)$/.exec(path)?.[1];
  if (ms !== undefined) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms));
}
