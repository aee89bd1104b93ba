import { productVersion } from '../domain/version.js';
import type { Command } from './command.js';
import { filterHelp } from './filters.js';
import { grammarOf } from './grammar.js';
import { columns } from './layout.js';
import { defaultServer } from './options.js';
import { after, beginning, type Reading, wordsFor } from './resolve.js';
import { type Line, label, plain } from './text.js';

const options: readonly (readonly [string, string])[] = [
  [
    '--server ADDRESS',
    `maglevd: host:port, [IPv6]:port or unix:/path, or several, separated by commas; default MAGLEV_SERVER or ${defaultServer}`,
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
  ['--json', 'print one JSON document; commands that go on print one a line'],
  ['--careful', 'refuse a change that would leave a frontend without a serving backend'],
  ['--stop-on-error', 'stop at the first command from standard input that fails'],
  ['--color[=BOOL]', 'colour even without a terminal; default with one, unless NO_COLOR is set'],
  ['--complete', 'print what the last word can become; the completion scripts of shells use it'],
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
    [label('usage: '), plain('maglevc [options] [command...]')],
    [],
    ...commandPart(commands),
    [label('filters'), plain(', which may follow a command; in a shell, quote the bar')],
    ...list(filterHelp),
    [],
    [label('options')],
    ...list(options),
    [],
    [label('exit codes')],
    ...list(exitCodes),
    [],
    [
      plain(
        'Without a command, maglevc is a shell of its own on a terminal, where ? shows what can follow and Tab completes; ' +
          'otherwise it runs the commands that it reads from standard input, one a line.',
      ),
    ],
  ];
}

const keys: readonly (readonly [string, string])[] = [
  ['?', 'what can stand at that place, and what it means'],
  ['Tab', 'complete the word, or show what it can become'],
  ['Up, Down, Ctrl-R', 'lines that were typed before'],
  ['Ctrl-C', 'clear the line, or end what is running'],
  ['Ctrl-D', 'leave'],
];

/** The same for somebody who has called maglevc already, and types its commands. */
export function helpInShell(commands: readonly Command[]): Line[] {
  return [
    ...commandPart(commands),
    [label('filters'), plain(', which may follow a command, as in: show backends | include down')],
    ...list(filterHelp),
    [],
    [label('keys')],
    ...list(keys),
  ];
}

function commandPart(commands: readonly Command[]): Line[] {
  return [
    [label('commands'), plain(', of which every word may be shortened as long as it stays unambiguous')],
    ...commandList(commands),
    [],
  ];
}

/** The commands that begin with these words, each of which may be shortened; all where no command does. */
export function commandsBehind(words: readonly string[], commands: readonly Command[]): readonly Command[] {
  let readings: readonly Reading[] = beginning(grammarOf(commands));
  for (const word of words) {
    const [name, ...others] = wordsFor(readings, word);
    const next = name === undefined || others.length > 0 ? null : after(readings, name);
    if (next === null || 'kind' in next) break;
    readings = next.ways.flat();
  }
  const found = new Set(readings.map(({ command }) => command));
  return commands.filter((command) => found.has(command));
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
