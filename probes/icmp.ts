import { formatDuration } from '../domain/duration.js';
import { MaglevError } from '../domain/errors.js';
import { ipFamily } from '../domain/ip.js';
import type { ProbeFinding } from '../domain/probe-result.js';
import { readSocketError } from '../domain/socket-error.js';
import { Attempt } from './attempt.js';
import type { Probe, Surroundings } from './probe.js';
import type { ProbeTarget } from './target.js';

/** Passes when the reply to one ICMP echo request comes back. */
export function icmpProbe(target: ProbeTarget): Probe {
  const { address, timeoutMs } = target;
  return {
    description: `ping ${address} within ${formatDuration(timeoutMs)}`,
    run: (around, done) => {
      const attempt = new Attempt(around, timeoutMs, () => silence(timeoutMs), done);
      send(attempt, around, target);
      return () => attempt.cancel();
    },
  };
}

const overflow: ProbeFinding = {
  verdict: 'doubt',
  code: 'SOCKERR',
  detail: 'more echo replies came than the socket could hold: raise net.core.rmem_max',
};

function silence(timeoutMs: number): ProbeFinding {
  return { verdict: 'fail', code: 'L4TOUT', detail: `no echo reply within ${formatDuration(timeoutMs)}` };
}

function send(attempt: Attempt, around: Surroundings, { address, source, timeoutMs }: ProbeTarget): void {
  let trouble: ProbeFinding;
  try {
    const sent = around.pinger.ping(address, source, () =>
      attempt.end({ verdict: 'pass', code: 'L4OK', detail: 'echo reply' }),
    );
    if (typeof sent !== 'string') {
      attempt.release(sent.cancel);
      attempt.release(around.pace.wait());
      attempt.enter(() => (sent.mayBeLost() ? overflow : silence(timeoutMs)));
      return;
    }
    trouble = readSocketError(sent, () => around.routed(ipFamily(address)));
  } catch (thrown) {
    if (!(thrown instanceof MaglevError)) throw thrown;
    const code = thrown.code === 'MGL_ICMP_PERMISSION' ? 'NOPERM' : 'SOCKERR';
    trouble = { verdict: 'doubt', code, detail: thrown.message };
  }
  // Results come later, never during the call that starts the probe.
  setImmediate(() => attempt.end(trouble));
}
