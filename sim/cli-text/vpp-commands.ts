import type { Command } from './command.js';
import { lbAsCommand } from './lb-as-command.js';
import { lbConfCommand } from './lb-conf-command.js';
import { lbFlushVipCommand, testLbFlowtableFlushCommand } from './lb-flush-command.js';
import { lbSetInterfaceCommands } from './lb-interface-command.js';
import { lbVipCommand } from './lb-vip-command.js';
import { showLbCommand } from './show-lb.js';
import { showLbVipsCommand } from './show-lb-vips.js';
import { showMemoryCommand } from './show-memory.js';
import { showVersionCommand } from './show-version.js';

/** The commands of VPP that the simulator has. */
export const vppCommands: readonly Command[] = [
  showVersionCommand,
  showMemoryCommand,
  showLbCommand,
  showLbVipsCommand,
  lbVipCommand,
  lbAsCommand,
  lbConfCommand,
  lbFlushVipCommand,
  ...lbSetInterfaceCommands,
  testLbFlowtableFlushCommand,
];
