import { MaglevError } from '../domain/errors.js';
import type { Command } from './cli-text/command.js';
import type { Forwarder } from './forward/forwarder.js';
import type { WriteLog } from './write-log.js';

export interface SimulatorControls {
  readonly writes: () => WriteLog;
  readonly faults: () => readonly string[];
  /** Throws MGL_USAGE. */
  readonly setFault: (text: string) => void;
  readonly clearFaults: () => void;
}

/** Commands that no VPP has: they let another process look at the simulator and set it to fail, over the API itself. */
export function simulatorCommands(controls: SimulatorControls): Command[] {
  return [
    {
      path: 'show maglev-vppsim writes',
      run: (_input, { print }) => {
        const writes = controls.writes();
        print(`lb-writes: ${writes.total}`);
        for (const [name, count] of writes.counts()) print(`  ${name}: ${count}`);
        return null;
      },
    },
    {
      path: 'clear maglev-vppsim writes',
      run: () => {
        controls.writes().clear();
        return null;
      },
    },
    {
      path: 'show maglev-vppsim faults',
      run: (_input, { print }) => {
        for (const fault of controls.faults()) print(fault);
        return null;
      },
    },
    {
      path: 'set maglev-vppsim fault',
      run: (input) => {
        try {
          controls.setFault(input.line()?.rest() ?? '');
          return null;
        } catch (thrown) {
          if (thrown instanceof MaglevError) return thrown.message;
          throw thrown;
        }
      },
    },
    {
      path: 'clear maglev-vppsim faults',
      run: () => {
        controls.clearFaults();
        return null;
      },
    },
  ];
}

/** A command that no VPP has: what is relayed for real clients. */
export function forwardCommands(forwarder: Forwarder): Command[] {
  return [
    {
      path: 'show maglev-vppsim forward',
      run: (_input, { print }) => {
        const { forwarded, not } = forwarder.list();
        for (const { name, relayed } of forwarded) {
          print(`${name}, ${relayed.now} now`);
          for (const [server, count] of [...relayed.servers].sort()) print(`  ${server}  ${count}`);
        }
        for (const { vip, why } of not) print(`${vip} is not forwarded: ${why}`);
        return null;
      },
    },
  ];
}
