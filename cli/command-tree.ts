import type { Command } from './command.js';

/** A point between two words of a command. */
export interface TreeNode {
  /** What may come next as a fixed word, in the order of the commands. */
  readonly words: ReadonlyMap<string, TreeNode>;
  /** What may come next as a value of the operator's. */
  readonly slot: { readonly name: string; readonly next: TreeNode } | null;
  /** The command that is complete here. */
  readonly command: Command | null;
}

interface GrowingNode extends TreeNode {
  words: Map<string, GrowingNode>;
  slot: { readonly name: string; readonly next: GrowingNode } | null;
  command: Command | null;
}

/** Throws when two commands read the same, or one point has two slots of different names. */
export function buildTree(commands: readonly Command[]): TreeNode {
  const root = newNode();
  for (const command of commands) {
    for (const path of expandUsage(command.usage)) {
      let node = root;
      for (const part of path) node = grow(node, part);
      if (node.command !== null) throw new Error(`two commands read '${path.join(' ')}'`);
      node.command = command;
    }
  }
  return root;
}

/** `sync x [<name>]` as its two forms, each as words and `<slots>`. */
export function expandUsage(usage: string): string[][] {
  const parts = usage.split(' ');
  const last = /^\[(.*)\]$/.exec(parts.at(-1) ?? '');
  if (last === null) return [parts];
  const short = parts.slice(0, -1);
  return [short, [...short, last[1] ?? '']];
}

/** The fixed word that may be left out at the end of a command, or null. */
export function optionalWord(usage: string): string | null {
  const word = /\[(.*)\]$/.exec(usage)?.[1] ?? null;
  return word === null || slotName(word) !== null ? null : word;
}

/** The name of a `<slot>`, or null for a fixed word. */
export function slotName(part: string): string | null {
  return /^<(.+)>$/.exec(part)?.[1] ?? null;
}

function grow(node: GrowingNode, part: string): GrowingNode {
  const name = slotName(part);
  if (name === null) {
    const next = node.words.get(part) ?? newNode();
    node.words.set(part, next);
    return next;
  }
  if (node.slot !== null && node.slot.name !== name) throw new Error(`<${node.slot.name}> or <${name}>?`);
  node.slot ??= { name, next: newNode() };
  return node.slot.next;
}

function newNode(): GrowingNode {
  return { words: new Map(), slot: null, command: null };
}
