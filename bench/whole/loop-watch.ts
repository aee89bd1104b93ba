import { monitorEventLoopDelay } from 'node:perf_hooks';

// Loaded before maglevd (--import): how long its event loop was blocked between the moment at which VPP was connected and the
// end of each sync, as its own log tells of them. Told to whoever started it.

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const write = process.stdout.write.bind(process.stdout) as (...args: unknown[]) => boolean;
process.stdout.write = (...args: unknown[]): boolean => {
  const [text] = args;
  if (typeof text === 'string') {
    if (text.includes('"vpp-connect"') || text.includes('"vpp-lbsync-start"')) delay.reset();
    if (text.includes('"vpp-lbsync-done"')) process.send?.({ blockedMs: delay.max / 1e6 });
  }
  return write(...args);
};
process.channel?.unref();
