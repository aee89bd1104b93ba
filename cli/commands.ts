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
import { probeCommands } from './commands-probes.js';
import { recordCommand } from './commands-record.js';
import { setCommands } from './commands-set.js';
import { shellCommands } from './commands-shell.js';
import { statusCommands } from './commands-status.js';
import { vppCommands } from './commands-vpp.js';
import { waitCommands } from './commands-wait.js';
import { watchCommands } from './commands-watch.js';

/** Everything that maglevc can do, in the order of its help. */
export const commands: readonly Command[] = [
  ...statusCommands,
  ...frontendCommands,
  ...backendCommands,
  ...probeCommands,
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
  ...watchCommands,
  ...waitCommands,
  ...shellCommands,
];
