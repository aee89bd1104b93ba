import { expect } from 'chai';
import fc from 'fast-check';
import type { Command } from '../../cli/command.js';
import { buildTree, expandUsage, slotName, type TreeNode } from '../../cli/command-tree.js';
import { commands } from '../../cli/commands.js';
import { failureText, resolve } from '../../cli/resolve.js';

const tree = buildTree(commands);

/** The usage of the command that a line means, with its slots, or the sentence of why there is none. */
function meaning(line: string, root: TreeNode = tree): string {
  const found = resolve(root, line === '' ? [] : line.split(' '));
  if (found.kind !== 'command') return failureText(found);
  const slots = Object.entries(found.slots).map(([name, value]) => `${name}=${value}`);
  return [found.command.usage, ...slots].join(' | ');
}

function command(usage: string): Command {
  return { usage, help: '', run: async () => ({ text: [], json: null, failure: null }) };
}

const fixedWords = new Set(commands.flatMap(({ usage }) => usage.split(' ')));

describe('cli/resolve', () => {
  const lines: readonly [string, string][] = [
    ['show frontends', 'show frontends'],
    ['sh ba', 'show backends'],
    ['sh ba nginx0', 'show backend <name> | name=nginx0'],
    ['sh backend nginx0', 'show backend <name> | name=nginx0'],
    ['sh fr', 'show frontends'],
    ['sh vp i', 'show vpp info'],
    ['sh vpp l', 'show vpp lbstate [<name>]'],
    ['sh vpp lb s', 'show vpp lb state [<name>]'],
    ['sy v lbs', 'sync vpp lbstate [<name>]'],
    ['sync vpp lbstate web', 'sync vpp lbstate [<name>] | name=web'],
    ['sync vpp lb state web', 'sync vpp lb state [<name>] | name=web'],
    ['con c', 'config check'],
    ['h', 'help [<command>]'],
    ['show backend show', 'show backend <name> | name=show'],
    ['sh healthchecks', 'show healthchecks'],
    ['sh h https', 'show healthcheck <name> | name=https'],
    ['sh vp lb c', 'show vpp lb counters [<name>]'],
    ['set backend web1 pause', 'set backend <name> pause | name=web1'],
    ['se b web1 p', 'set backend <name> pause | name=web1'],
    ['se b pause r', 'set backend <name> resume | name=pause'],
    [
      'set frontend web pool a backend b weight 50',
      'set frontend <name> pool <pool> backend <backend> weight <0-100> [flush] ' +
        '| name=web | pool=a | backend=b | 0-100=50',
    ],
    [
      'se f web p a b b w 50 f',
      'set frontend <name> pool <pool> backend <backend> weight <0-100> [flush] ' +
        '| name=web | pool=a | backend=b | 0-100=50 | flush=flush',
    ],
    ['s vpp lbstate', "'s' can mean 'show' or 'sync' or 'set'"],
    ['sh v', "'v' after 'show' can mean 'version' or 'vpp'"],
    ['sync vpp l s', "'sync vpp l s' can mean 'sync vpp lbstate s' or 'sync vpp lb state'"],
    ['', "'' is not complete: expected one of show, sync, explain, plan, compare, set, record, config, help"],
    [
      'show',
      "'show' is not complete: expected one of version, status, frontends, frontend, backends, backend, " +
        'healthchecks, healthcheck, vpp, overrides, events, actors, log, config',
    ],
    [
      'set backend web1',
      "'set backend web1' is not complete: expected one of pause, resume, enable, disable",
    ],
    [
      'set backend web1 pasue',
      "unknown command word 'pasue' after 'set backend web1': did you mean 'pause'?",
    ],
    [
      'set frontend web pool a backend b weight',
      "'set frontend web pool a backend b weight' is not complete: expected <0-100>",
    ],
    [
      'set frontend web pool a backend b weight 5 flsh',
      "unknown command word 'flsh' after 'set frontend web pool a backend b weight 5': did you mean 'flush'?",
    ],
    ['show backend', "'show backend' is not complete: expected <name>"],
    ['show vpp lb', "'show vpp lb' is not complete: expected one of state, counters"],
    ['show version x', "'show version' is complete, and takes no 'x'"],
    ['sh ba web1 x', "'show backend web1' is complete, and takes no 'x'"],
    ['shwo frontends', "unknown command word 'shwo': did you mean 'show'?"],
    ['show frontens', "unknown command word 'frontens' after 'show': did you mean 'frontends'?"],
    ['sh v p', "'v' after 'show' can mean 'version' or 'vpp'"],
    [
      'show vpp xyz',
      "unknown command word 'xyz' after 'show vpp': expected one of info, lbstate, lb, syncs, sync",
    ],
    ['Show version', "unknown command word 'Show': did you mean 'show'?"],
  ];
  for (const [line, expected] of lines) {
    it(`reads '${line}'`, () => expect(meaning(line)).to.equal(expected));
  }

  /** Any command of maglevc, in one of its forms, with some value in each slot. */
  const spoken = fc
    .constantFrom(...commands)
    .chain((found) => fc.constantFrom(...expandUsage(found.usage)).map((path) => ({ found, path })))
    .chain(({ found, path }) =>
      fc
        .tuple(
          ...path.map((part) =>
            slotName(part) === null ? fc.constant(part) : fc.stringMatching(/^[\w.-]{1,64}$/),
          ),
        )
        .map((words) => ({ found, path, words })),
    );

  it('takes every command written in full, whatever the values are', () => {
    fc.assert(
      fc.property(spoken, ({ found, path, words }) => {
        const result = resolve(tree, words);
        expect(result).to.include({ kind: 'command', command: found });
        const values = words.filter((word, i) => slotName(path[i] ?? '') !== null || word === 'flush');
        expect(result.kind === 'command' && Object.values(result.slots)).to.deep.equal(values);
      }),
    );
  });

  it('takes shortened words for the same command or a form of it, or says that they are not clear', () => {
    const shortened = spoken.chain(({ found, path, words }) =>
      fc
        .tuple(
          ...words.map((word, i) =>
            slotName(path[i] ?? '') === null
              ? fc.integer({ min: 1, max: word.length })
              : fc.constant(word.length),
          ),
        )
        .map((lengths) => ({ found, words, short: words.map((word, i) => word.slice(0, lengths[i])) })),
    );
    fc.assert(
      fc.property(shortened, ({ found, words, short }) => {
        const result = resolve(tree, short);
        if (result.kind === 'command') {
          // Only forms of a word can stand for each other: the command may be its plural, never another one.
          const other = result.command.usage.split(' ');
          for (const [i, word] of found.usage.split(' ').entries()) {
            if (slotName(word) !== null || word.startsWith('[')) break;
            const meant = other[i] ?? '';
            expect(meant.startsWith(word) || word.startsWith(meant), `${short.join(' ')}: ${meant}`).to.equal(
              true,
            );
          }
        } else if (result.kind !== 'ambiguous') {
          // A shortened word was by chance another word in full, as `lb` of `lbstate`: that one counts.
          const complete = short.filter((word, i) => word !== words[i] && fixedWords.has(word));
          expect(complete, short.join(' ')).to.not.deep.equal([]);
        }
      }),
    );
  });

  it('refuses every line that is not the beginning of words, without throwing', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 6 }), (words) => {
        const result = resolve(tree, words);
        if (result.kind !== 'command') expect(failureText(result)).to.be.a('string').and.not.be.empty;
      }),
    );
    fc.assert(
      fc.property(spoken, fc.stringMatching(/^[A-Z]{1,9}$/), ({ words }, extra) => {
        const result = resolve(tree, [...words, extra, extra]);
        expect(result.kind).to.not.equal('command');
      }),
    );
  });

  it('finds the words of any grammar: an exact one first, also when it begins another one', () => {
    const root = buildTree([command('a b'), command('ab b'), command('a <x> d'), command('abc')]);
    expect(meaning('a b', root)).to.equal('a b');
    expect(meaning('ab b', root)).to.equal('ab b');
    expect(meaning('a z d', root)).to.equal('a <x> d | x=z');
    expect(meaning('abc', root)).to.equal('abc');
  });

  it('does not build a grammar in which two commands read the same', () => {
    expect(() => buildTree([command('a [<b>]'), command('a')])).to.throw("two commands read 'a'");
    expect(() => buildTree([command('a <b>'), command('a <c>')])).to.throw('<b> or <c>?');
  });
});
