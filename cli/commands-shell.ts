import { MaglevError } from '../domain/errors.js';
import { type Command, success } from './command.js';
import { completionScript, completionShells } from './completion-scripts.js';
import { commandList, commandsBehind, helpInShell, helpText } from './help.js';
import { plain } from './text.js';

/** About maglevc itself. */
export const shellCommands: readonly Command[] = [
  {
    usage: 'help [<command>...]',
    help: 'print this; after `help`, the beginning of a command shows what can follow it',
    slots: { command: 'command' },
    json: 'an object with `commands`: a list of objects with `usage` and `help`',
    local: true,
    run: async ({ commands, inShell }, _, { lists }) => {
      const shown = commandsBehind(lists['command'] ?? [], commands);
      const all = inShell ? helpInShell : helpText;
      return success(shown.length === commands.length ? all(commands) : commandList(shown), {
        commands: shown.map(({ usage, help }) => ({ usage, help })),
      });
    },
  },
  {
    usage: 'completion <shell>',
    help: 'print the script that lets bash, zsh or fish complete the command lines of maglevc',
    json: 'an object with `script`, a text',
    local: true,
    run: async (_, { shell = '' }) => {
      const known = completionShells.find((one) => one === shell);
      if (known === undefined) throw new MaglevError('MGL_USAGE', `there is no script for '${shell}'`);
      const script = completionScript(known);
      const lines = script.trimEnd().split('\n');
      return { text: lines.map((line) => [plain(line)]), json: { script }, failure: null, verbatim: true };
    },
  },
  ...['quit', 'exit'].map(
    (usage): Command => ({
      usage,
      help: 'leave the shell; a script ends with it',
      json: 'null',
      local: true,
      run: async () => ({ ...success([], null), printed: true, leave: true }),
    }),
  ),
];
