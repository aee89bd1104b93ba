import { MaglevError } from '../domain/errors.js';
import type { Command } from './cli-text/command.js';
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
