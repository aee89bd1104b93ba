import { expect } from 'chai';
import { controlPing } from '../../binapi/generated/memclnt.js';
import { VirtualClock } from '../../clock/virtual-clock.js';
import { type Simulator, startSimulator } from '../../sim/simulator.js';
import { vipFields } from '../support/lb-requests.js';
import { RawVppClient } from '../support/raw-vpp-client.js';

/** The fields of a dump of all that there is. */
export const everything = { ...vipFields('::/0 any 0'), pfxMatcher: { le: 0, ge: 0 } };
export const VIP = '192.0.2.1/32 tcp 443';

/** How many bytes the client got so far. */
export function received(client: RawVppClient): number {
  return client.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
}

/** Waits, turn by turn of the event loop, until something is so. */
export async function settled(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setImmediate(resolve));
}

/** A simulator with faults, on virtual time, and its clients; one a test. */
export class FaultStage {
  clock!: VirtualClock;
  simulator!: Simulator;
  deaths: string[] = [];
  /** Names of the events that the simulator has logged. */
  events: string[] = [];
  readonly clients: RawVppClient[] = [];

  readonly start = async (...faults: string[]): Promise<void> => {
    this.deaths = [];
    this.events = [];
    this.clock = new VirtualClock();
    this.simulator = await startSimulator({
      clock: this.clock,
      faults,
      log: { enabled: () => true, log: (_level, event) => this.events.push(event) },
      onDeath: ({ kind }) => this.deaths.push(kind),
    });
  };

  /** Ends all, and sees to it that no timer is left. */
  readonly end = async (): Promise<void> => {
    for (const client of this.clients.splice(0)) await client.close();
    await this.simulator.stop();
    expect(this.clock.pendingTimers).to.equal(0);
  };

  readonly connect = async (): Promise<RawVppClient> => {
    const client = await RawVppClient.connect(this.simulator.socketPath);
    this.clients.push(client);
    return client;
  };

  /** Sends a ping and returns the context of what comes back first, or null if the connection ends. */
  readonly ping = async (client: RawVppClient, context: number): Promise<number | null> => {
    client.send(controlPing, {}, { context });
    return (await client.next())?.context ?? null;
  };

  /** How many messages the simulator has read. */
  readonly arrivals = (): number => this.events.filter((event) => event === 'vppsim-recv').length;
}
