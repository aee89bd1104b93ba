import type { Command } from './command.js';
import { configCommands } from './commands-config.js';
import { showCommands } from './commands-show.js';
import { vppCommands } from './commands-vpp.js';
import { helpText } from './help.js';

/** Everything that maglevc can do, in the order of its help. */
export const commands: readonly Command[] = [
  ...showCommands,
  ...vppCommands,
  ...configCommands,
  {
    usage: 'help',
    help: 'print this',
    run: async (session) => ({
      text: helpText(session.commands),
      json: { commands: session.commands.map(({ usage, help }) => ({ usage, help })) },
      failure: null,
    }),
  },
];
