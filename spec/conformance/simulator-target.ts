import { openStats } from '../../binapi/stats/stats-segment.js';
import { realClock } from '../../clock/real-clock.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type Flow, parseProtocol } from '../../sim/flow/flow.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { ip } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';
import { type PacketBurst, sourcePortsOf } from './packet-burst.js';
import type { Target } from './target.js';

export interface SimulatorTarget extends Target {
  readonly simulator: Simulator;
  readonly close: () => Promise<void>;
}

/** A simulator whose time passes only when a case waits. */
export async function openSimulatorTarget(): Promise<SimulatorTarget> {
  const clock = new VirtualClock();
  const simulator = await startSimulator({ clock, stats: {} });
  const stats = await openStats({ socketPath: simulator.statsSocketPath ?? '', clock: realClock });
  const client = await RawVppClient.connect(simulator.socketPath, 'conformance');
  return {
    simulator,
    client,
    stats,
    connect: () => RawVppClient.connect(simulator.socketPath, 'another'),
    send: async (burst) =>
      flowsOf(burst).map(
        (flow) => simulator.packets.send({ flows: [flow], bytes: burst.bytes }).flows[0]?.server ?? null,
      ),
    wait: (seconds) => clock.advance(seconds * 1000),
    close: async () => {
      stats.close();
      await client.close();
      await simulator.stop();
    },
  };
}

function flowsOf(burst: PacketBurst): Flow[] {
  const protocol = parseProtocol(burst.protocol);
  if (protocol === null) throw new Error(`${burst.protocol} is no protocol`);
  const common = { source: ip(burst.from), destination: ip(burst.to), protocol };
  return sourcePortsOf(burst).map((sourcePort) => ({
    ...common,
    sourcePort,
    destinationPort: burst.port ?? 0,
  }));
}
