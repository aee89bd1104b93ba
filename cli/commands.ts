import { buildInfo, versionLine } from '../program/build-info.js';
import type { Command } from './command.js';
import { backendCommands } from './commands-backend.js';
import { configCommands } from './commands-config.js';
import { frontendCommands } from './commands-frontend.js';
import { healthcheckCommands } from './commands-healthcheck.js';
import { insideCommands } from './commands-inside.js';
import { overrideCommands } from './commands-overrides.js';
import { setCommands } from './commands-set.js';
import { vppCommands } from './commands-vpp.js';
import { helpText } from './help.js';
import { success } from './outcome.js';
import { plain } from './text.js';

/** Everything that maglevc can do, in the order of its help. */
export const commands: readonly Command[] = [
  {
    usage: 'show version',
    help: 'the version of maglevc',
    run: async () => success([[plain(versionLine('maglevc'))]], buildInfo()),
  },
  ...frontendCommands,
  ...backendCommands,
  ...healthcheckCommands,
  ...vppCommands,
  ...overrideCommands,
  ...insideCommands,
  ...setCommands,
  ...configCommands,
  {
    usage: 'help',
    help: 'print this',
    run: async (session) =>
      success(helpText(session.commands), {
        commands: session.commands.map(({ usage, help }) => ({ usage, help })),
      }),
  },
];
