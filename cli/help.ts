import { productVersion } from '../domain/version.js';
import type { Command } from './command.js';
import { buildTree, expandUsage } from './command-tree.js';
import { columns } from './layout.js';
import { defaultServer } from './options.js';
import { wordsFor } from './resolve.js';
import { type Line, label, plain } from './text.js';

const options: readonly (readonly [string, string])[] = [
  [
    '--server ADDRESS',
    `maglevd: host:port, [IPv6]:port or unix:/path; default MAGLEV_SERVER or ${defaultServer}`,
  ],
  [
    '--timeout TIME',
    'how long to wait for maglevd, as in 500ms or 5s; default 5s, or 2m for sync, set and config',
  ],
  ['--tls-ca FILE', 'speak TLS, and trust what this authority has signed; default MAGLEV_TLS_CA'],
  ['--tls-cert FILE', 'the certificate that says who you are; default MAGLEV_TLS_CERT'],
  ['--tls-key FILE', 'its key; default MAGLEV_TLS_KEY'],
  ['--tls', 'speak TLS, and trust the public certificate authorities'],
  ['--token-file FILE', 'the token that says who you are; default MAGLEV_TOKEN_FILE'],
  ['--json', 'print one JSON document'],
  ['--color[=BOOL]', 'colour even without a terminal; default with one, unless NO_COLOR is set'],
  ['--help', 'print this; after a command, what can follow it'],
  ['--version', 'print the version'],
];

const exitCodes: readonly (readonly [string, string])[] = [
  ['0', 'done'],
  ['1', 'failed'],
  ['2', 'the command line makes no sense'],
  ['3', 'nothing of that name'],
  ['4', 'denied'],
  ['5', 'maglevd or VPP is not available'],
];

/** Everything on one page; the commands are those given. */
export function helpText(commands: readonly Command[]): Line[] {
  return [
    [plain(`maglevc ${productVersion}, the command line of maglevd`)],
    [],
    [label('usage: '), plain('maglevc [options] command...')],
    [],
    [label('commands'), plain(', of which every word may be shortened as far as it stays clear')],
    ...commandList(commands),
    [],
    [label('options')],
    ...list(options),
    [],
    [label('exit codes')],
    ...list(exitCodes),
  ];
}

/** The commands that begin with these words, each of which may be shortened; all where no command does. */
export function commandsBehind(words: readonly string[], commands: readonly Command[]): readonly Command[] {
  let node = buildTree(commands);
  const path: string[] = [];
  for (const word of words) {
    const [name, ...others] = wordsFor(node, word);
    const next = name === undefined || others.length > 0 ? undefined : node.words.get(name);
    if (name === undefined || next === undefined) break;
    path.push(name);
    node = next;
  }
  return commands.filter(({ usage }) =>
    expandUsage(usage).some((parts) => path.every((word, i) => parts[i] === word)),
  );
}

/** Usage and explanation, one command a line. */
export function commandList(commands: readonly Command[]): Line[] {
  return list(commands.map(({ usage, help }) => [usage, help]));
}

/** Longer names have a line of their own, so that they do not push all texts to the right. */
const LONGEST_BESIDE = 32;

function list(entries: readonly (readonly [string, string])[]): Line[] {
  const beside = ([name]: readonly [string, string]) => name.length <= LONGEST_BESIDE;
  const lines = columns(
    entries.map((entry) => [plain(beside(entry) ? entry[0] : ''), plain(entry[1])]),
    '  ',
  );
  return lines.flatMap((line, i) => {
    const entry = entries[i];
    return entry === undefined || beside(entry) ? [line] : [[plain(`  ${entry[0]}`)], line];
  });
}
