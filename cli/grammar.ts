import type { Command } from './command.js';

/** A part of a usage: a fixed word, a value of the operator's, what may be left out, or one of the commands that show. */
export type Item =
  | { readonly kind: 'word'; readonly word: string }
  | { readonly kind: 'slot'; readonly name: string; readonly many: boolean }
  /** Groups that may come in any order, each at most once, or not at all. */
  | { readonly kind: 'options'; readonly groups: readonly (readonly Item[])[] }
  | { readonly kind: 'commands'; readonly alternatives: readonly Parsed[] };

export interface Parsed {
  readonly command: Command;
  readonly items: readonly Item[];
}

/** Every command with its usage taken apart, in the order of the help. */
export type Grammar = readonly Parsed[];

/** One word that may come next, and all that may follow it. */
export interface Step {
  readonly atom: Extract<Item, { kind: 'word' | 'slot' }>;
  readonly rest: readonly Item[];
  /** It could have been left out. */
  readonly optional: boolean;
  /** The command within a command that begins here. */
  readonly inner: Command | null;
}

/** Stands in a usage for every command that begins with `show`. */
const anyShow = '<show-command>';

/**
 * Reads the usages: `word`, `<slot>`, `<slot>...` for one or more, and `[...]` for what may be left out; brackets side by
 * side may come in any order.
 */
export function grammarOf(commands: readonly Command[]): Grammar {
  const shows = commands
    .filter(({ usage }) => usage.startsWith('show '))
    .map((command) => ({ command, items: parseUsage(command.usage, []) }));
  return commands.map((command) => ({ command, items: parseUsage(command.usage, shows) }));
}

export function parseUsage(usage: string, shows: readonly Parsed[]): Item[] {
  const tokens = usage.match(/\[|\]|<[^>]+>(?:\.\.\.)?|[^\s[\]]+/g) ?? [];
  const sequence = (): Item[] => {
    const items: Item[] = [];
    for (let token = tokens.shift(); token !== undefined && token !== ']'; token = tokens.shift()) {
      if (token === '[') addGroup(items, sequence());
      else if (token === anyShow) items.push({ kind: 'commands', alternatives: shows });
      else items.push(atomOf(token));
    }
    return items;
  };
  return sequence();
}

function atomOf(token: string): Item {
  const [, name, dots = ''] = /^<(.+)>(\.\.\.)?$/.exec(token) ?? [];
  return name === undefined ? { kind: 'word', word: token } : { kind: 'slot', name, many: dots !== '' };
}

function addGroup(items: Item[], group: readonly Item[]): void {
  const last = items.at(-1);
  if (last?.kind === 'options') items[items.length - 1] = { ...last, groups: [...last.groups, group] };
  else items.push({ kind: 'options', groups: [group] });
}

/** Every word or value that may come first in `items`. */
export function steps(items: readonly Item[]): Step[] {
  const [first, ...others] = items;
  switch (first?.kind) {
    case undefined:
      return [];
    case 'word':
      return [{ atom: first, rest: others, optional: false, inner: null }];
    case 'slot': {
      const rest: Item[] = first.many ? [{ kind: 'options', groups: [[first]] }, ...others] : others;
      return [{ atom: first, rest, optional: false, inner: null }];
    }
    case 'commands':
      return first.alternatives.flatMap(({ command, items: own }) =>
        steps(own).map((step) => ({ ...step, rest: [...step.rest, ...others], inner: command })),
      );
    case 'options': {
      const { groups } = first;
      const taken = groups.flatMap((group, i) => {
        const left = groups.filter((_, k) => k !== i);
        const rest: Item[] = left.length === 0 ? others : [{ kind: 'options', groups: left }, ...others];
        return steps(group).map((step) => ({ ...step, rest: [...step.rest, ...rest], optional: true }));
      });
      return [...taken, ...steps(others)];
    }
  }
}

/** Is a command complete of which only this is left? */
export function mayEnd(items: readonly Item[]): boolean {
  return items.every(({ kind }) => kind === 'options');
}

/** `<frontend>` or the word itself, as the usage writes it. */
export function atomText(atom: Step['atom']): string {
  return atom.kind === 'word' ? atom.word : `<${atom.name}>`;
}
