import type { Command } from './command.js';
import type { CommandInput } from './command-input.js';

const BUILD_USER = 'root';
const BUILD_HOST = 'maglev-vppsim';

/** `show version [verbose] [cmdline]` */
export const showVersionCommand: Command = {
  path: 'show version',
  run: (input: CommandInput, { identity, print }) => {
    let verbose = false;
    let commandLine = false;
    while (!input.atEnd) {
      if (input.literal('verbose')) verbose = true;
      else if (input.literal('cmdline')) commandLine = true;
      else break;
    }
    const { version, buildDate, buildDirectory, pid } = identity;
    if (verbose) {
      print(column('Version', `v${version}`));
      print(column('Compiled by', BUILD_USER));
      print(column('Compile host', BUILD_HOST));
      print(column('Compile date', buildDate));
      print(column('Compile location', buildDirectory));
      print(column('Compiler', 'TypeScript '));
      print(column('Current PID', String(pid)));
    }
    if (commandLine) {
      print('Command line arguments:  ');
      print('  maglev-vppsim');
    }
    if (!verbose && !commandLine) {
      print(`vpp v${version} built by ${BUILD_USER} on ${BUILD_HOST} at ${buildDate}`);
    }
    return null;
  },
};

function column(name: string, value: string): string {
  return `${`${name}:`.padEnd(25)} ${value}`;
}
