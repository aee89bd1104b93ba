import type { Command } from './command.js';

/** The one interface that every VPP has is also the only one here, so these commands change nothing. */
function interfaceCommand(path: string): Command {
  return {
    path,
    run: (input) => {
      const line = input.line();
      if (line === null) return null;
      while (!line.atEnd) {
        if (!line.literal('in local0') && !line.literal('del')) return `unknown input '${line.quoteRest()}'`;
      }
      return null;
    },
  };
}

export const lbSetInterfaceCommands: readonly Command[] = [
  interfaceCommand('lb set interface nat4'),
  interfaceCommand('lb set interface nat6'),
];
