import { httpProbe } from './http.js';
import { httpsProbe, keptHttpProbe } from './https.js';
import { icmpProbe } from './icmp.js';
import type { Probe } from './probe.js';
import type { ProbeTarget } from './target.js';
import { tcpProbe } from './tcp.js';

/** One line for logs. */
export function describeProbe(target: ProbeTarget): string {
  try {
    return prepareProbe(target).description;
  } catch (thrown) {
    return `a ${target.probe.type} probe that cannot be prepared (${thrown})`;
  }
}

/** The probe that a target asks for, by its kind. Throws SyntaxError for an expression that does not compile. */
export function prepareProbe(target: ProbeTarget): Probe {
  const { probe } = target;
  switch (probe.type) {
    case 'icmp':
      return icmpProbe(target);
    case 'tcp':
      return tcpProbe(target, probe.port, probe.tls);
    case 'http':
      return (probe.http.reuse ?? 1) > 1
        ? keptHttpProbe(target, probe.port, probe.http)
        : httpProbe(target, probe.port, probe.http);
    case 'https':
      return httpsProbe(target, probe.port, probe.http, probe.tls);
  }
}
