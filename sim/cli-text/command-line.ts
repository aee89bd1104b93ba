import type { Command, CommandContext } from './command.js';
import { CommandInput } from './command-input.js';

export interface CommandResult {
  /** 0, or -1 when the last command failed. */
  readonly retval: number;
  readonly reply: string;
}

interface Node {
  readonly path: string;
  readonly children: Map<string, Node>;
  command: Command | null;
}

/**
 * VPP's command line: a tree of words, which may be cut short as long as they stay unique. What a command leaves of the input is the next command, until one fails.
 */
export class CommandLine {
  readonly #root: Node = { path: '', children: new Map(), command: null };

  constructor(commands: readonly Command[]) {
    for (const command of commands) this.#add(command);
  }

  run(text: string, context: Omit<CommandContext, 'print'>): CommandResult {
    let reply = '';
    const print = (output: string) => {
      reply += output === '' || output.endsWith('\n') ? output : `${output}\n`;
    };
    const input = new CommandInput(text);
    do {
      const error = dispatch(this.#root, input, { ...context, print });
      if (error !== null) {
        print(error);
        return { retval: -1, reply };
      }
    } while (!input.atEnd);
    return { retval: 0, reply };
  }

  #add(command: Command): void {
    let node = this.#root;
    for (const word of command.path.split(' ')) {
      const path = node.path === '' ? word : `${node.path} ${word}`;
      const child: Node = node.children.get(word) ?? { path, children: new Map(), command: null };
      node.children.set(word, child);
      node = child;
    }
    node.command = command;
  }
}

/** Runs one command below `node`; returns null or its error. */
function dispatch(node: Node, input: CommandInput, context: CommandContext): string | null {
  const mark = input.mark;
  const word = input.word() ?? '';
  const child = childOf(node, word);
  if (child === null) {
    // A short form that could be several words is read to its end all the same, and so to the end of the input.
    if (!isShortForm(node, word) || !input.atEnd) input.rewind(mark);
    const prefix = node.path === '' ? '' : `${node.path}: `;
    return `${prefix}unknown input \`${input.quoteRest()}'`;
  }
  const error = child.children.size > 0 ? dispatch(child, input, context) : null;
  if (child.children.size > 0 && error === null) return null;
  if (child.command === null) return error;
  input.skipSpace();
  const failure = child.command.run(input, context);
  return failure === null ? null : `${child.path}: ${failure}`;
}

/** The child that a word, or the beginning of one, stands for; null when it is none or could be several. */
function childOf(node: Node, word: string): Node | null {
  const exact = node.children.get(word);
  if (exact !== undefined) return exact;
  const possible = matching(node, word);
  return possible.length === 1 ? (node.children.get(possible[0] ?? '') ?? null) : null;
}

function isShortForm(node: Node, word: string): boolean {
  return matching(node, word).length > 0;
}

function matching(node: Node, word: string): string[] {
  if (word === '') return [];
  const words = [...node.children.keys(), ...(neighbourWords.get(node.path) ?? [])];
  return words.filter((candidate) => candidate.startsWith(word));
}

/**
 * Words of VPP's command line that the simulator has no commands for, but that make short forms of those it has ambiguous:
 * `sh` is show, `s` is not.
 */
export const neighbourWords: ReadonlyMap<string, readonly string[]> = new Map([
  ['', ['classify', 'create', 'l2', 'l2fib', 'loopback', 'macro', 'save', 'session', 'sr', 'tcp', 'trace']],
  ['show', ['l2', 'l2fib', 'load-balance', 'logging', 'mfib', 'mode', 'mpls', 'virtio', 'vlib']],
  ['clear', ['errors', 'interfaces', 'logging', 'node', 'runtime', 'trace']],
  ['test', ['dma', 'ip6', 'l2fib', 'log', 'syslog']],
]);
