import type { Command } from './command.js';
import { backendCommands } from './commands-backend.js';
import { compareCommands } from './commands-compare.js';
import { configCommands } from './commands-config.js';
import { explainCommands } from './commands-explain.js';
import { frontendCommands } from './commands-frontend.js';
import { healthcheckCommands } from './commands-healthcheck.js';
import { insideCommands } from './commands-inside.js';
import { setLogCommands, showLogCommand } from './commands-log.js';
import { overrideCommands } from './commands-overrides.js';
import { planCommands } from './commands-plan.js';
import { recordCommand } from './commands-record.js';
import { setCommands } from './commands-set.js';
import { statusCommands } from './commands-status.js';
import { vppCommands } from './commands-vpp.js';
import { commandList, commandsBehind, helpText } from './help.js';
import { success } from './outcome.js';

/** Everything that maglevc can do, in the order of its help. */
export const commands: readonly Command[] = [
  ...statusCommands,
  ...frontendCommands,
  ...backendCommands,
  ...healthcheckCommands,
  ...vppCommands,
  ...overrideCommands,
  ...explainCommands,
  ...planCommands,
  ...compareCommands,
  ...insideCommands,
  showLogCommand,
  ...setCommands,
  ...setLogCommands,
  recordCommand,
  ...configCommands,
  {
    usage: 'help [<command>]',
    help: 'print this; after `help`, the beginning of a command shows what can follow it',
    run: async ({ commands }, { command = '' }) => {
      const words = command.split(' ').filter((word) => word !== '');
      const shown = commandsBehind(words, commands);
      const text = shown.length === commands.length ? helpText(commands) : commandList(shown);
      return success(text, { commands: shown.map(({ usage, help }) => ({ usage, help })) });
    },
  },
];
